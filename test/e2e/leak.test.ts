import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Canary, canary, leaks, leakyPlaces, type Places, plainCanary } from './support/canary.ts';
import { sessionGrounds } from './support/engines.ts';
import { imagePlaces, layersWith } from './support/imagePlaces.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { containerPlaces, filesWith } from './support/places.ts';
import { type Seen, watchProcesses } from './support/processes.ts';
import { expectedHashes, hashScript, makeSecrets, type Secrets } from './support/secrets.ts';
import { type OwnImage, standInAgent } from './support/standInAgent.ts';
import { openTerminal } from './support/terminal.ts';

const CHANNELS = ['pipes', 'a terminal'] as const;

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'the secrets of a client on %s',
  (_, ground) => {
    let lab: Lab;
    let image: OwnImage;
    let secrets: Secrets;
    const inImage = plainCanary('in the image');

    beforeAll(async () => {
      lab = makeLab(ground);
      image = await standInAgent(lab, inImage.value);
      secrets = makeSecrets(lab, image.ref);
    });

    afterAll(() => {
      image?.remove();
      lab?.close();
    });

    describe.each(CHANNELS)('in a run with %s', (channel) => {
      const control = canary('control');
      let run: Evidence;

      beforeAll(async () => {
        run = await watchedRun({ lab, secrets, control, image: image.ref, terminal: channel === 'a terminal' });
      });

      it('reach the agent byte for byte, and the refresh token of the host does not', () => {
        expect(run.hashes).toEqual(expect.arrayContaining([...expectedHashes(secrets)]));
        const state = filesWith([join(lab.data, 'clients/acme')], '');
        expect(leaks(new Map([['state', state]]), [secrets.refresh])).toEqual([]);
      });

      it('are nowhere in the engine: inspect, logs, files, PID 1, the written layer', () => {
        expect(leaks(run.box, secrets.all)).toEqual([]);
        expect(leakyPlaces(run.leaky, [control])).toEqual([...run.box.keys()]);
      });

      it('are on no command line of the host', () => {
        const argv = (seen: readonly Seen[]) => new Map(seen.map(({ pid, argv }) => [`${pid} ${argv}`, argv]));
        expect(leaks(argv(run.processes), secrets.all)).toEqual([]);
        expect(leakyPlaces(argv(run.processes), [control])).not.toEqual([]);
      });

      it('are in the environment of no process of the host but the caller’s own', () => {
        // A credential's own command is the caller's too: gh and the like need that environment.
        const own = [join(lab.dir, 'bin/agentbox'), join(lab.home, 'keep/printed')];
        const host = run.processes.filter(({ inBox }) => !inBox);
        const callers = host.filter(({ argv }) =>
          argv
            .toString()
            .split('\0')
            .some((word) => own.includes(word)),
        );
        const others = host.filter((process) => !callers.includes(process));
        if (ground.engine === 'podman') expect(others.some(({ argv }) => argv.includes('conmon'))).toBe(true);
        expect(leaks(environs(others), secrets.all)).toEqual([]);
        expect(leaks(environs(callers), secrets.notInCallersEnv)).toEqual([]);
        expect(leakyPlaces(environs(callers), secrets.all)).not.toEqual([]);
      });

      it('are in the environment of the agent and its descendants alone', () => {
        const agents = run.inside.filter(({ ppid }) => ppid !== 0);
        const others = run.inside.filter(({ ppid }) => ppid === 0);
        expect(others.map(({ pid }) => pid)).toContain(1);
        expect(others.length).toBeGreaterThan(1);
        expect(leaks(insideEnvirons(others), secrets.all)).toEqual([]);
        expect(leaks(insideEnvirons(agents), [...secrets.files, secrets.refresh])).toEqual([]);
        // The agent's shell and its `sleep 60`; a process that just begins or ends shows a part of its environment, or none.
        const whole = agents.filter((process) => {
          const found = leaks(insideEnvirons([process]), secrets.env).join('\n');
          return secrets.env.every(({ name }) => found.includes(`${name} (as it is)`));
        });
        expect(whole.length).toBeGreaterThan(1);
        // The same from the host, where gVisor's guests do not show.
        const stages = run.processes.filter(({ inBox, argv }) => inBox && /tini|agentbox\/stage/.test(argv.toString()));
        expect(leaks(environs(stages), secrets.all)).toEqual([]);
        // The stage itself is gone within milliseconds; tini stays.
        if (!ground.gvisor) expect(stages.length).toBeGreaterThan(0);
      });

      it('are in no word that agentbox says', () => {
        expect(leaks(new Map([['output', Buffer.from(run.output)]]), secrets.all)).toEqual([]);
        expect(run.output).toContain('the agent speaks');
      });

      it('are in no file outside of the client’s state', () => {
        const allowed = [...secrets.sources, join(lab.data, 'clients/acme/agents')];
        const files = (leaveOut: readonly string[]) => new Map([['files', filesWith([lab.dir], '', leaveOut)]]);
        expect(leaks(files(allowed), secrets.all)).toEqual([]);
        expect(leakyPlaces(files([]), secrets.all)).toEqual(['files']);
        const state = new Map([['state', filesWith([join(lab.data, 'clients/acme')], '')]]);
        expect(leaks(state, secrets.env)).toEqual([]);
        expect(leaks(state, secrets.files.slice(1)).length).toBeGreaterThanOrEqual(2);
        // The folder in which programs that are joined to a box find each other, empty again.
        const left = readdirSync(run.temp, { recursive: true, encoding: 'utf8' });
        expect(left.filter((name) => !/^agentbox-\d+$/.test(name))).toEqual([]);
        expect(filesWith([ground.runtimeDir ?? run.temp], '/agentbox-').includes(run.id)).toBe(false);
      });
    });

    it('are in no history, setting or layer of the image', () => {
      const places = imagePlaces(lab, image.ref);
      expect(leaks(places, secrets.all)).toEqual([]);
      expect(leakyPlaces(places, [inImage])).toEqual([...places.keys()]);
      expect(layersWith(lab, image.ref, secrets.all)).toEqual([]);
      expect(layersWith(lab, image.ref, [inImage])).toEqual([expect.stringContaining('/usr/local/share/mark')]);
    });

    it('leave nothing behind', async () => {
      await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
    });
  },
);

interface InsideProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly environ: Buffer;
}

/** Everything that was seen of one run while its agent was running. */
interface Evidence {
  readonly hashes: readonly string[];
  readonly box: Places;
  /** The same places of a container that leaks its control on purpose. */
  readonly leaky: Places;
  readonly processes: readonly Seen[];
  readonly inside: readonly InsideProcess[];
  readonly output: string;
  readonly id: string;
  readonly temp: string;
}

interface Watched {
  readonly lab: Lab;
  readonly secrets: Secrets;
  readonly control: Canary;
  readonly image: string;
  readonly terminal: boolean;
}

async function watchedRun({ lab, secrets, control, image, terminal }: Watched): Promise<Evidence> {
  const hashes = join(lab.project, 'hashes');
  const go = join(lab.project, 'go');
  for (const file of [hashes, go]) rmSync(file, { force: true });
  const temp = join(lab.dir, 'home', 'temp');
  lab.write(join(temp, 'x'), '');
  rmSync(join(temp, 'x'));
  const script = `sleep 60 & echo the agent speaks\n${hashScript(secrets)}\nmv /workspace/hashes /workspace/done
    until [ -e /workspace/go ]; do sleep 0.1; done; rm /workspace/done; kill $!`;
  const args = ['run', '.', ...lab.ground.flags, '--client', 'acme', '--env', 'FROM_FLAG', '--', '-p', script];
  const env = { ...secrets.callersEnv, TMPDIR: temp };

  const watch = watchProcesses();
  const ending = terminal ? onTerminal(lab, args, env) : onPipes(lab, args, env);
  const done = join(lab.project, 'done');
  await Promise.race([until(() => existsSync(done)), ending.then((output) => Promise.reject(new Error(output)))]);
  const content = readFileSync(done, 'utf8');
  const listed = await lab.agentbox(['ls', '--json', ...lab.ground.flags.slice(0, 2)]);
  const boxes = JSON.parse(listed.stdout) as { id: string; project: string }[];
  const id = boxes.find(({ project }) => project === lab.project)?.id ?? '';
  const box = containerPlaces(lab, id);
  const inside = insideProcesses(lab, id);
  const leaky = await leakyContainer(lab, image, control);
  const processes = watch.stop();
  writeFileSync(go, '');
  return { hashes: content.trim().split('\n'), box, leaky, processes, inside, output: await ending, id, temp };
}

async function onPipes(lab: Lab, args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { code, stdout, stderr } = await lab.agentbox(args, { env });
  if (code !== 0) throw new Error(stderr);
  return stdout + stderr;
}

async function onTerminal(lab: Lab, args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const terminal = openTerminal(lab.command(args), lab.project, lab.environment(env));
  const code = await terminal.end(90_000);
  if (code !== 0) throw new Error(terminal.text());
  return terminal.text();
}

/** A container of the test's own that has the control wherever people put secrets, and the command that runs it. */
async function leakyContainer(lab: Lab, image: string, { value }: Canary): Promise<Places> {
  const name = `${image}-leaky`;
  const runtime = lab.ground.gvisor ? ['--runtime', 'runsc'] : [];
  const script = `printf %s "$LEAK" > /leaked; echo "$LEAK"; sleep 60; : '${value}'`;
  const options = ['--rm', '--name', name, ...runtime, '--network', 'none', '--entrypoint', '/bin/sh'];
  const command = lab.engineCommand(['run', ...options, '-e', `LEAK=${value}`, image, '-c', script]);
  const [file = '', ...args] = command;
  const running = spawn(file, args, { env: lab.environment(), stdio: 'ignore' });
  try {
    await until(() => lab.engine(['ps', '-q', '--filter', `name=${name}`]) !== '');
    await until(() => lab.engine(['logs', name]) !== '');
    // What follows lets nobody look at processes.
    await setTimeout(200);
    return containerPlaces(lab, name);
  } finally {
    lab.engine(['rm', '-f', name]);
    running.kill('SIGKILL');
  }
}

/** Every process of a box, seen from another one in it. */
function insideProcesses(lab: Lab, id: string): readonly InsideProcess[] {
  const script = `for p in /proc/[0-9]*; do
    printf '%s %s %s\\n' "\${p#/proc/}" "$(grep ^PPid $p/status | cut -f2)" "$(base64 -w0 $p/environ)"; done 2>/dev/null`;
  const lines = lab.engine(['exec', id, 'bash', '-c', script]).trim().split('\n');
  return lines
    .map((line) => line.split(' '))
    .filter(([, ppid = '']) => ppid !== '')
    .map(([pid, ppid, environ = '']) => ({
      pid: Number(pid),
      ppid: Number(ppid),
      environ: Buffer.from(environ, 'base64'),
    }));
}

const environs = (seen: readonly Seen[]) => new Map(seen.map(({ pid, argv, environ }) => [`${pid} ${argv}`, environ]));
const insideEnvirons = (seen: readonly InsideProcess[]) => new Map(seen.map(({ pid, environ }) => [`${pid}`, environ]));

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done() && tries < 1200; tries += 1) await setTimeout(50);
}
