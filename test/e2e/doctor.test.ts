import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { endKeepers } from './support/gateways.ts';
import { type Ended, type Lab, makeLab } from './support/lab.ts';

interface Finding {
  readonly area: string;
  readonly grade: string;
  readonly what: string;
  readonly why?: string;
  readonly next: readonly string[];
}

const plain = grounds().filter(({ gvisor }) => !gvisor);

describe.each(plain.map((ground) => [ground.name, ground] as const))('agentbox doctor with %s', (_, ground) => {
  let lab: Lab;

  beforeAll(() => {
    lab = makeLab(ground);
    lab.config(`defaults: { engine: ${ground.engine} }
clients:
  acme: { allow_degraded: [memory-limit, cpus-limit, pids-limit] }
`);
  });
  afterAll(() => lab?.close());

  const findings = ({ stdout }: Ended) => (JSON.parse(stdout) as { findings: Finding[] }).findings;
  const of = (ended: Ended, area: string) => findings(ended).filter((one) => one.area === area);

  it('names the engine in use, and its exit code tells whether something does not work', async () => {
    const ended = await lab.agentbox(['doctor', '--json']);
    expect(of(ended, 'engine').map(({ what }) => what)).toContainEqual(expect.stringMatching(/, in use$/));
    const problems = findings(ended).filter(({ grade }) => grade === 'problem');
    expect(ended.code).toBe(problems.length > 0 ? 1 : 0);
    for (const one of findings(ended).filter(({ grade }) => grade !== 'ok')) expect(one.why ?? one.next).toBeTruthy();
  });

  it('prints the same for people, without colours where there is no terminal', async () => {
    const ended = await lab.agentbox(['doctor']);
    expect(ended.stdout).toMatch(/^ok {7}settings/);
    expect(ended.stdout).not.toContain('\x1b');
    expect(ended.stderr).toMatch(/problems?, .* notes?\n$/);
  });

  it('finds a box that ended and was not removed, and the command it names removes it', async () => {
    const run = ['run', '--detach', '--agent', 'shell', '--client', 'acme', '--network', 'none', ...ground.flags];
    const started = await lab.agentbox([...run, '.', '--', 'true'], { limit: 580_000 });
    expect(started, started.stderr).toMatchObject({ code: 0 });
    const name = started.stdout.trim();
    // Helpers of others on this engine are leftovers too.
    const left = async () =>
      of(await lab.agentbox(['doctor', '--json']), 'leftovers').filter(({ what }) => what.startsWith(name));
    await expect
      .poll(left, { timeout: 20_000, interval: 1000 })
      .toMatchObject([{ grade: 'note', what: `${name} ended with 0` }]);
    const remedy = (await left())[0]?.next.at(-1) ?? '';
    expect(await lab.agentbox(remedy.split(' ').slice(1))).toMatchObject({ code: 0 });
    expect(await left()).toEqual([]);
  });

  // The judges know no engine, so that one is enough.
  if (ground.engine === 'docker') {
    it('tells of a gateway that works, that lost its keeper, that was left over', async () => {
      const run = ['run', '--detach', '--agent', 'shell', '--client', 'acme', '--network', 'gateway', ...ground.flags];
      const started = await lab.agentbox([...run, '.', '--', 'sleep', '300'], { limit: 580_000 });
      expect(started, started.stderr).toMatchObject({ code: 0 });
      const gateway = async () => of(await lab.agentbox(['doctor', '--json']), 'gateway');
      expect(await gateway()).toMatchObject([
        { grade: 'ok', what: expect.stringMatching(/acme on Docker runs .*, with 1 box$/) },
      ]);
      endKeepers(lab);
      expect(await gateway()).toMatchObject([{ grade: 'note', what: expect.stringContaining('has no keeper') }]);
      await lab.agentbox(['rm', '--force', started.stdout.trim()]);
      endKeepers(lab);
      const [left] = await gateway();
      expect(left).toMatchObject({ grade: 'note', what: expect.stringContaining('was left over') });
      expect(await lab.agentbox((left?.next[0] ?? '').split(' ').slice(1))).toMatchObject({ code: 0 });
      expect(await gateway()).toMatchObject([{ grade: 'ok', what: expect.stringContaining('no gateway runs') }]);
    });
  }

  it('tells of a mistake in the settings and of all else besides', async () => {
    const other = makeLab(ground);
    try {
      other.config(`defaults: { engin: ${ground.engine} }\n`);
      const ended = await other.agentbox(['doctor', '--json']);
      expect(ended.code).toBe(1);
      expect(of(ended, 'settings')).toMatchObject([{ grade: 'problem', what: expect.stringContaining('config.yaml') }]);
      expect(of(ended, 'disk').length).toBeGreaterThan(0);
    } finally {
      other.close();
    }
  });

  it('says what to do about an engine that does not answer, and ends', async () => {
    const socket = join(lab.home, 'dead.sock');
    const server = await listen(socket);
    try {
      const began = Date.now();
      const ended = await lab.agentbox(['doctor', '--json'], {
        env: { DOCKER_HOST: `unix://${socket}`, AGENTBOX_ENGINE: 'docker' },
      });
      const grade = ground.engine === 'docker' ? 'problem' : 'note';
      expect(of(ended, 'engine')).toContainEqual(
        expect.objectContaining({ grade, what: expect.stringContaining(socket), next: expect.anything() }),
      );
      expect(Date.now() - began).toBeLessThan(60_000);
    } finally {
      server.close();
    }
  });
});

/** Takes connections and says nothing. */
async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}
