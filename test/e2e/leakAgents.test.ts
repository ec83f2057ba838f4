import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Canary, leaks, leakyPlaces, type Places, plainCanary } from './support/canary.ts';
import { oneGround } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { containerPlaces, filesWith } from './support/places.ts';
import { type Seen, watchProcesses } from './support/processes.ts';
import { REAL_AGENTS, type RunningModel } from './support/realAgents.ts';

const CASES = oneGround().flatMap((ground) =>
  REAL_AGENTS.map((agent) => ({ agent, ground, name: agent.name, engine: ground.name })),
);

// The model makes the agent run a command that waits; while it waits, everything is looked at.
describe.each(CASES)('the key and the header of the real $name on $engine', ({ agent, ground }) => {
  const key = plainCanary(agent.credential);
  const header = plainCanary('x-acme-token');
  const secrets: readonly Canary[] = agent.headerless ? [key] : [key, header];
  let lab: Lab;
  let model: RunningModel;
  let run: { box: Places; processes: readonly Seen[]; output: string };

  beforeAll(async () => {
    lab = makeLab(ground);
    model = await agent.model([
      { command: 'touch /workspace/there; until [ -e /workspace/go ]; do sleep 0.1; done; echo went on' },
      { text: 'All is done.' },
    ]);
    const provider = agent.provider(`http://${hostAddress()}:${model.port}`);
    lab.write(join(lab.home, 'keep/header'), header.value);
    const headers = { 'x-acme-token': { file: join(lab.home, 'keep/header') } };
    const client = {
      agent: agent.name,
      projects: [lab.project],
      allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
      credentials: { [agent.credential]: { env: 'CALLERS_KEY' } },
      providers: { [agent.name]: { ...provider, ...(agent.headerless ? {} : { headers }) } },
      env: agent.env ?? {},
    };
    lab.config(JSON.stringify({ clients: { acme: client } }));
    const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
    run = await watched();
  });

  afterAll(async () => {
    lab?.close();
    await model?.close();
  });

  async function watched() {
    const [there, go] = ['there', 'go'].map((name) => join(lab.project, name)) as [string, string];
    const args = ['run', '.', ...ground.flags, '--client', 'acme', '--', ...agent.args('do it')];
    const watch = watchProcesses();
    const ending = lab.agentbox(args, { env: { CALLERS_KEY: key.value }, limit: 110_000 });
    await Promise.race([
      until(() => existsSync(there)),
      ending.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ]);
    const { stdout } = await lab.agentbox(['ls', '--json', ...ground.flags.slice(0, 2)]);
    const boxes = JSON.parse(stdout) as { id: string; project: string }[];
    const box = containerPlaces(lab, boxes.find(({ project }) => project === lab.project)?.id ?? '');
    const processes = watch.stop();
    writeFileSync(go, '');
    const ended = await ending;
    for (const file of [there, go]) rmSync(file);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('All is done.') });
    return { box, processes, output: ended.stdout + ended.stderr };
  }

  it('reach the model, and it alone', () => {
    const asked = model.requests.map(({ headers }) => JSON.stringify(headers));
    expect(asked.filter((text) => secrets.every(({ value }) => text.includes(value)))).not.toEqual([]);
  });

  it('are nowhere in the engine, where the name of the agent is', () => {
    const command = { ...plainCanary('control'), value: agent.name, cores: [] };
    expect(leaks(run.box, secrets)).toEqual([]);
    expect(leakyPlaces(run.box, [command])).toContain('inspect');
  });

  it('are on no command line, in the box or outside', () => {
    const argv = new Map(run.processes.map(({ pid, argv }) => [`${pid} ${argv}`, argv]));
    expect(leaks(argv, secrets)).toEqual([]);
    expect(leaks(argv, [{ ...plainCanary('control'), value: '/workspace/go', cores: [] }])).not.toEqual([]);
  });

  it('are in the environment of the agent and its descendants alone', () => {
    const own = join(lab.dir, 'bin/agentbox');
    const others = run.processes.filter(({ inBox, argv }) => !inBox && !argv.toString().split('\0').includes(own));
    expect(leaks(environs(others), secrets)).toEqual([]);
    const inits = run.processes.filter(({ inBox, argv }) => inBox && /tini|agentbox\/stage/.test(argv.toString()));
    expect(inits).not.toEqual([]);
    expect(leaks(environs(inits), secrets)).toEqual([]);
    const agents = run.processes.filter((process) => process.inBox && !inits.includes(process));
    expect(leaks(environs(agents), [key])).not.toEqual([]);
  });

  it('are in no word that agentbox or the agent says, and in no file that stays', () => {
    expect(leaks(new Map([['output', Buffer.from(run.output)]]), secrets)).toEqual([]);
    const sources = [join(lab.home, 'keep')];
    const files = (leaveOut: readonly string[]) => new Map([['files', filesWith([lab.dir], '', leaveOut)]]);
    expect(leaks(files(sources), secrets)).toEqual([]);
    expect(leakyPlaces(files([]), [header])).toEqual(['files']);
    expect(readFileSync(join(lab.project, 'greeting.txt'), 'utf8')).toBe('hello\n');
  });

  it('leave nothing behind', async () => {
    await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
  });
});

const environs = (seen: readonly Seen[]) => new Map(seen.map(({ pid, argv, environ }) => [`${pid} ${argv}`, environ]));

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1800; tries += 1) {
    if (done()) return;
    await setTimeout(50);
  }
  throw new Error('it did not come to that within 90 s');
}
