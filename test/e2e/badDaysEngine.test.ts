import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DockerProxy, pretendRuntime, proxyDocker, type Tampering, tamper } from './support/dockerProxy.ts';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { troubleOf } from './support/trouble.ts';

const ground = grounds().find(({ name }) => name === 'docker');
const gvisor = grounds().some((other) => other.gvisor);

if (ground !== undefined) {
  describe('Docker on a bad day', () => {
    let lab: Lab;
    let proxy: DockerProxy | undefined;
    const degraded = 'allow_degraded: [memory-limit, cpus-limit, pids-limit]';

    beforeAll(() => {
      lab = makeLab(ground);
      lab.config(`defaults: { agent: shell, network: none, ${degraded} }`);
    });
    afterEach(async () => {
      await proxy?.stop();
      proxy = undefined;
      rmSync(join(lab.home, '.cache'), { recursive: true, force: true });
    });
    afterAll(() => lab?.close());

    /** The environment that leads to Docker through a proxy of the test's own. */
    const through = async (tampering?: Tampering) => {
      proxy = await proxyDocker(join(lab.dir, 'docker.sock'), tampering);
      return { DOCKER_HOST: proxy.host };
    };
    const run = (argv: readonly string[], ...flags: readonly string[]) => ['run', '.', ...flags, '--', ...argv];
    const mask = (words: string) => words.replaceAll(/\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b/g, 'ID');
    const boxes = () =>
      lab
        .engine(['ps', '-aq', '--filter', `label=dev.agentbox.project=${lab.project}`])
        .split('\n')
        .filter(Boolean);

    it('is stopped half-way: the box goes on, and what to do about it is said', async () => {
      const env = await through();
      const script = 'echo spoke; touch up; sleep 100';
      const words = troubleOf(lab, run(['sh', '-c', script], ...ground.flags), { env });
      while (!existsSync(join(lab.project, 'up'))) await setTimeout(50);
      await proxy?.stop();
      expect(mask(await words)).toMatchInlineSnapshot(`
        "exit code 125
        agentbox: the connection to Docker broke
          why:  the engine was stopped or restarted; the box may still be running
          next: agentbox ls
                agentbox attach ID
        and on stdout: spoke"
      `);
      expect(mask(await troubleOf(lab, ['ls', '--engine', 'docker'], { env }))).toContain('exit code 125');

      const [id, ...others] = boxes();
      expect(others).toEqual([]);
      const { stdout } = await lab.agentbox(['ls', '--json', '--engine', 'docker']);
      const name = (JSON.parse(stdout) as { name: string; id: string }[]).find((box) =>
        box.id.startsWith(id ?? '?'),
      )?.name;
      expect(await lab.agentbox(['logs', name ?? ''])).toMatchObject({ code: 0, stdout: 'spoke\n' });
      expect(await lab.agentbox(['rm', '--force', name ?? ''])).toMatchObject({ code: 0 });
    });

    it('has a runtime that fails to start anything', async () => {
      const words = await troubleOf(lab, run(['true'], '--engine', 'docker', '--runtime', 'agentbox-broken'));
      expect(words).toMatch(/^exit code 125\nagentbox: the runtime could not start the box\n/);
      expect(words).toMatch(/\n {2}why: {2}OCI runtime create failed: .*\/false did not terminate successfully/);
      expect(words).toMatch(/\n {2}next: agentbox run --runtime auto …, which takes a runtime that works$/);
      expect(boxes()).toEqual([]);
    });

    it('has no such runtime', async () => {
      const words = await troubleOf(lab, run(['true'], '--engine', 'docker', '--runtime', 'runcs'));
      expect(words).toMatch(/docker has no runtime runcs\n {2}why: {2}it knows .*runc/);
      expect(words).toContain('or use --runtime auto, which takes what works');
    });

    if (gvisor) {
      it('has a gVisor that is broken: auto takes the engine’s own runtime and says so', async () => {
        const env = await through(pretendRuntime('runsc', 'agentbox-broken'));
        const fallen = await lab.agentbox(run(['dmesg'], '--engine', 'docker', '--runtime', 'auto'), { env });
        expect(fallen.stdout).not.toContain('gVisor');
        expect(mask(fallen.stderr)).toMatch(
          /^agentbox: runtime runc: gVisor is there but does not work \(OCI runtime create failed: /m,
        );
        const works = await lab.agentbox(run(['echo', 'works'], '--engine', 'docker', '--runtime', 'auto'), { env });
        expect(works).toMatchObject({ code: 0, stdout: 'works\n' });
        const named = await troubleOf(lab, run(['true'], '--engine', 'docker', '--runtime', 'runsc'), { env });
        expect(named).toContain('the runtime could not start the box');

        // The control: without the damage, auto takes gVisor.
        await proxy?.stop();
        rmSync(join(lab.home, '.cache'), { recursive: true });
        const whole = await lab.agentbox(run(['dmesg'], '--engine', 'docker', '--runtime', 'auto'));
        expect(whole.stdout).toContain('gVisor');
      });
    }

    it.each<[what: string, tampering: Tampering, why: RegExp]>([
      ['another user', tamper(/"User":"[^"]*"/, '"User":"0:0"'), /user: planned \d+:\d+, got 0:0/],
      [
        'a writable root',
        tamper('"ReadonlyRootfs":true', '"ReadonlyRootfs":false'),
        /read-only root: planned true, got false/,
      ],
      ['capabilities', tamper('"CapDrop":["ALL"]', '"CapDrop":[]'), /capabilities: planned none, got /],
      ['new privileges', tamper('"no-new-privileges"', ''), /no-new-privileges: planned true, got false/],
      [
        'no seccomp',
        tamper('"no-new-privileges"', '"no-new-privileges","seccomp=unconfined"'),
        /seccomp: planned engine default/,
      ],
      [
        'a variable more',
        tamper('"Env":[', '"Env":["SNEAKED=s3cret",'),
        /variable SNEAKED: planned absent, got something else/,
      ],
      ['a network', tamper('"NetworkMode":"none"', '"NetworkMode":"bridge"'), /network: planned none/],
      [
        'the processes of the host',
        tamper('"HostConfig":{', '"HostConfig":{"PidMode":"host",'),
        /host namespaces: planned none, got pid/,
      ],
      ['no limit', tamper(/"PidsLimit":\d+/, '"PidsLimit":0'), /pids limit: planned 512/],
      [
        'a mount more',
        tamper('"Mounts":[', '"Mounts":[{"Type":"bind","Source":"/etc","Target":"/host"},'),
        /mounts: planned .*\/etc -> \/host \(rw\)/,
      ],
    ])('makes the box with %s: nothing is started in it', async (_, tampering, why) => {
      const ended = await lab.agentbox(run(['touch', 'started'], ...ground.flags), { env: await through(tampering) });
      expect(ended.stderr).toContain('docker did not make the box as planned, so nothing was started in it');
      expect(ended.stderr).toMatch(why);
      expect(ended.stderr).not.toContain('s3cret');
      expect(ended).toMatchObject({ code: 125, stdout: '' });
      expect(existsSync(join(lab.project, 'started'))).toBe(false);
      expect(boxes()).toEqual([]);
    });

    it('cannot build an image', async () => {
      lab.config('defaults: { agent: claude, agent_version: { claude: 0.0.0-none } }');
      const words = await troubleOf(lab, ['build', '--engine', 'docker'], { limit: 110_000 });
      expect(words).toMatch(/^exit code 125\n/);
      expect(words).toMatch(
        /\nagentbox: building agentbox\/claude:\w+ failed at .*npm install .*claude-code@0\.0\.0-none/,
      );
      expect(words).toMatch(/\n {2}why: {2}npm error .*\n.*No matching version found for .*@0\.0\.0-none/);
      expect(words).toMatch(/\n {2}next: agentbox build --rebuild, to try without what was built before$/);
    });

    it('leaves nothing behind', async () => {
      await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
    });
  });
}
