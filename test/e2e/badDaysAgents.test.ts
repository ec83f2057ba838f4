import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionGrounds } from './support/engines.ts';
import { ended, hostAddress, type Lab, makeLab } from './support/lab.ts';
import { launcherOf } from './support/launcher.ts';
import { leftovers } from './support/leftovers.ts';
import { REAL_AGENTS, type RunningModel } from './support/realAgents.ts';
import { troubleOf } from './support/trouble.ts';

// They differ in what they lock and where they keep it; the others with AGENTBOX_TEST_ALL=1. On a second engine one does.
const FIRST =
  process.env['AGENTBOX_TEST_ALL'] === '1' ? REAL_AGENTS.map(({ name }) => name) : ['claude', 'codex', 'gemini'];
const SECOND = ['claude'];
const CASES = sessionGrounds().flatMap((ground, index) =>
  REAL_AGENTS.filter(({ name }) => (index === 0 ? FIRST : SECOND).includes(name)).map((agent) => {
    return { agent, ground, name: agent.name, engine: ground.name };
  }),
);

const LIMITS = { allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'] };
const PAST = Date.parse('2026-01-01T00:00:00Z');

describe.each(CASES)('on a bad day the real $name on $engine', ({ agent, ground }) => {
  // What has nothing to do with the engine is tried on one.
  const isFirst = ground === CASES[0]?.ground;
  let lab: Lab;
  let model: RunningModel;

  beforeAll(async () => {
    lab = makeLab(ground);
    model = await agent.model([]);
    serve(model.port);
    const built = await lab.agentbox(['build', '--client', 'acme', ...engineFlags], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    lab?.close();
    await model?.close();
  });

  const engineFlags = ground.flags.slice(0, 2);
  const env = { ACME_KEY: 'a-key-of-the-test' };
  const run = (...flags: readonly string[]) => [
    ...['run', '.', ...ground.flags, '--client', 'acme', ...flags],
    ...['--', ...agent.args('do it')],
  ];
  const config = (client: object) =>
    lab.config(
      JSON.stringify({ clients: { acme: { agent: agent.name, projects: [lab.project], ...LIMITS, ...client } } }),
    );
  /** The settings of a client whose model is at a port of this machine. */
  const serve = (port: number) =>
    config({
      providers: { [agent.name]: agent.provider(`http://${hostAddress()}:${port}`) },
      credentials: { [agent.credential]: { env: 'ACME_KEY' } },
      env: agent.env ?? {},
    });
  const boxes = async () => {
    const { stdout } = await lab.agentbox(['ls', '--json', ...engineFlags]);
    return (JSON.parse(stdout) as { name: string; project: string; state: string }[]).filter(
      ({ project }) => project === lab.project,
    );
  };
  const sign = async (name: string) => {
    for (let tries = 0; tries < 2000; tries += 1) {
      if (existsSync(join(lab.project, name))) return rmSync(join(lab.project, name));
      await setTimeout(50);
    }
    throw new Error(`no ${name} within 100 s`);
  };
  const WAIT = { command: 'touch /workspace/up; until [ -e /workspace/go ]; do sleep 0.1; done; rm /workspace/go' };

  if (isFirst) {
    it('has no credentials, and hears each way to mend it', async () => {
      config({});
      const words = await troubleOf(lab, run());
      expect(words).toMatch(new RegExp(`^exit code 125\nagentbox: no credentials for ${agent.name} in client acme\n`));
      expect(words.includes('agentbox login --client acme')).toBe(agent.ownLogin);
      expect(words.includes('login: host')).toBe(agent.ownLogin);
      expect(words).toMatch(/credentials: \{ \w+: \{ env: \w+ \} \}/);
    });

    if (agent.login !== undefined)
      it('has a login on this machine that has expired', async () => {
        config({ login: 'host' });
        const { file = '', text = '' } = agent.login?.(PAST) ?? {};
        lab.write(join(lab.home, file), text);
        const words = await troubleOf(lab, run());
        rmSync(join(lab.home, file));
        expect(words).toContain('on this machine has expired\n  why:  it ended at 2026-01-01T00:00:00.000Z');
        expect(words).toContain(`next: ${agent.name}   (run here, outside of a box, it renews its login)`);
        expect(words).toContain('agentbox login --client acme');
        expect(words).not.toMatch(/refresh_token|"access"/);
      });

    it('has a key that the model refuses: its own exit code comes back, and the key is in no word', async () => {
      serve(model.port);
      model.play([{ status: 401, error: 'invalid key' }]);
      const refused = await lab.agentbox(run(), { env });
      expect(refused.code).not.toBe(0);
      expect(refused.code, refused.stderr).toBeLessThan(124);
      expect(refused.stdout + refused.stderr).not.toContain(env.ACME_KEY);
      // The same with a model that does not refuse.
      model.play([{ text: 'All is done.' }]);
      const served = await lab.agentbox(run(), { env });
      expect(served, served.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('All is done.') });
    });

    it('cannot reach its model, and does not go on for ever', async () => {
      const port = await freePort();
      serve(port);
      const { code } = await lab.agentbox(run('--timeout', '4s'), { env });
      expect(code).not.toBe(0);
      await expect.poll(boxes, { timeout: 20_000 }).toEqual([]);
    });
  }

  it('is interrupted in the middle of its work, and its box goes', async () => {
    serve(model.port);
    model.play([WAIT, { text: 'never said' }]);
    const child = lab.start(run(), { env });
    const end = ended(child);
    await sign('up');
    process.kill(launcherOf(lab), 'SIGINT');
    // Some want to be told twice, as a person would tell them.
    const told = await Promise.race([end.then(() => true), setTimeout(8_000, false)]);
    if (!told) process.kill(launcherOf(lab), 'SIGTERM');
    const { code, stdout } = await end;
    expect(stdout).not.toContain('never said');
    expect(code).not.toBe(125);
    await expect.poll(boxes, { timeout: 30_000 }).toEqual([]);
  });

  it('loses its launcher and works on; the box is found, and goes when told', async () => {
    serve(model.port);
    model.play([WAIT, { text: 'All is done.' }]);
    const child = lab.start(run(), { env });
    child.stdin?.end();
    await sign('up');
    process.kill(launcherOf(lab), 'SIGKILL');
    await once(child, 'exit');
    expect(await boxes()).toMatchObject([{ state: 'running' }]);
    writeFileSync(join(lab.project, 'go'), '');
    await expect.poll(boxes, { timeout: 60_000, interval: 500 }).toMatchObject([{ state: 'exited' }]);
    const [box] = await boxes();
    const logs = await lab.agentbox(['logs', box?.name ?? '', ...engineFlags]);
    expect(logs.stdout).toContain('All is done.');
    expect(await lab.agentbox(['rm', box?.name ?? '', ...engineFlags])).toMatchObject({ code: 0 });
  });

  it('leaves nothing behind', async () => {
    await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
  });
});

/** A port of this machine that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
