import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, grounds } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { PROBES, probesScript, WALLLESS, WALLLESS_BEFORE } from './support/probes.ts';

describe.each(grounds().map((ground) => [ground.name, ground] as const))('a box on %s', (_, ground) => {
  let lab: Lab;
  let host: Server;
  let box: readonly string[];
  let control: readonly string[];

  beforeAll(async () => {
    host = createServer((_request, answer) => answer.end('the host answers'));
    await new Promise<void>((resolve) => host.listen(0, '0.0.0.0', resolve));
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
    const ended = await run([], ['bash', '-c', probesScript()]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    box = ended.stdout.split('\n');
    const plan = await lab.agentbox(['run', '--dry-run', '--json', ...ground.flags]);
    const { image } = (JSON.parse(plan.stdout) as { box: { image: string } }).box;
    const script = `${WALLLESS_BEFORE}\n${probesScript()}`;
    control = lab.engine(['run', '--rm', ...WALLLESS, '--entrypoint=bash', image, '-c', script]).split('\n');
  });

  afterAll(() => {
    lab?.close();
    host?.close();
  });

  const run = (flags: readonly string[], argv: readonly string[]) =>
    lab.agentbox(['run', '.', ...flags, ...ground.flags, '--', ...argv]);

  const probes = PROBES.map((probe, index) => [probe.what, probe, index] as const);
  it.each(probes.filter(([, { not }]) => !not?.some((name) => name === ground.name)))('%s', (_, probe, index) => {
    expect(box[index], 'in the box').toMatch(probe.box);
    expect(control[index], 'without the walls').toMatch(probe.control);
  });

  it('has no network but the loopback, and an open one where that is asked for', async () => {
    const port = (host.address() as AddressInfo).port;
    const ask = [hostAddress(), '172.17.0.1'].map((address) => `curl -s -m 2 http://${address}:${port} || true`);
    const script = `tail -n +3 /proc/net/dev | cut -d: -f1 | sort | xargs; ${ask.join('; ')}`;
    const closed = await run(['--network', 'none'], ['bash', '-c', script]);
    const open = await run(['--network', 'open'], ['bash', '-c', script]);
    expect(closed).toMatchObject({ code: 0, stdout: 'lo\n' });
    expect(open.stdout).toMatch(/^\S+ \S+\nthe host answers/);
    expect(open.stderr).toContain('network open: shell can reach everything this machine can');
  });

  // Each child sleeps for a while, so that all of them are there at once.
  const FORK =
    'my $n = 0; for (1..300) { my $pid = fork; last if !defined $pid; if (!$pid) { sleep 9; exit } $n++ } print $n';
  const HOG = 'my $x = "a" x (300 << 20); print length $x';
  const forks = (pids: string) => run(['--pids', pids], ['perl', '-e', FORK]);
  const hog = (memory: string) => run(['--memory', memory], ['perl', '-e', HOG]);

  if (ground.name === 'docker') {
    it('bounds processes, and lets more through where more are allowed', async () => {
      expect(Number((await forks('60')).stdout)).toBeLessThan(60);
      expect(Number((await forks('400')).stdout)).toBe(300);
    });

    it('bounds memory, and lets more through where more is allowed', async () => {
      expect(await hog('100m')).toMatchObject({ code: 137, stdout: '' });
      expect(await hog('1g')).toMatchObject({ code: 0, stdout: `${300 << 20}` });
    });
  }

  if (lacksLimits(ground)) {
    it('runs only where they were given up by name, and says so', async () => {
      const free = await forks('60');
      expect(free).toMatchObject({ code: 0, stdout: '300' });
      expect(free.stderr).toMatch(/no limit on memory, cpus, pids: \w+ ignores it here/);
      lab.config('defaults: { agent: shell, network: none }');
      const refused = await forks('60');
      expect(refused).toMatchObject({ code: 125, stdout: '' });
      expect(refused.stderr).toMatch(/ignores limits on memory, cpus, pids here\n {2}why: .*cgroup/);
      expect(refused.stderr).toContain('allow_degraded: [memory-limit, cpus-limit, pids-limit]');
    });
  }

  it('leaves nothing behind', async () => {
    await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
  });
});

/** Rootless Podman on cgroup v1, and gVisor that was registered to ignore cgroups, limit nothing. */
function lacksLimits(ground: Ground): boolean {
  if (ground.engine === 'podman') return !existsSync('/sys/fs/cgroup/cgroup.controllers');
  const { stdout } = spawnSync('docker', ['info', '--format', '{{json .Runtimes.runsc}}'], { encoding: 'utf8' });
  return ground.gvisor && stdout.includes('ignore-cgroups');
}
