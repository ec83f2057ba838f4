import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine.ts';
import { execute } from '../../../src/execute.ts';
import { makeCanary } from '../../../src/verify/canary.ts';
import { makeGround, withCanary } from '../../../src/verify/ground.ts';
import { secretsOnTheHost } from '../../../src/verify/host/secrets.ts';
import { judge } from '../../../src/verify/judge.ts';
import { openListener } from '../../../src/verify/listener.ts';
import { listenerObservations } from '../../../src/verify/probes/network.ts';

// Only Linux shows the environments of processes.
describe.runIf(process.platform === 'linux')('a canary on the host', () => {
  const canary = makeCanary();
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  /** An engine that tells and logs what it is given. */
  const engine = (told: string, logged: string) =>
    ({
      inspect: async () => ({ env: { X: told } }),
      logs: async (_id: string, { out }: Parameters<Engine['logs']>[1]) => void out.write(logged),
    }) as unknown as Engine;
  const look = (which: Engine) =>
    secretsOnTheHost({ platform: 'linux', execute }, { engine: which, id: 'x', canary, brokered: true });
  const outcomes = (seen: Awaited<ReturnType<typeof look>>) =>
    Object.fromEntries(Object.entries(seen).map(([id, { outcome }]) => [id, outcome]));
  const quiet = { inspect: 'refused', logs: 'refused', argv: 'refused', 'host-environments': 'refused' };

  it('is found nowhere when it is nowhere', async () => {
    expect(outcomes(await look(engine('a', 'b')))).toEqual(quiet);
  });

  it('is found in what the engine tells and logs, in base64 too', async () => {
    const basic = Buffer.from(`user:${canary.value}`).toString('base64');
    expect(outcomes(await look(engine(canary.value, '')))).toEqual({ ...quiet, inspect: 'done' });
    expect(outcomes(await look(engine('', `Authorization: Basic ${basic}`)))).toEqual({ ...quiet, logs: 'done' });
  });

  it('is found on a command line, which is told without it', async () => {
    child = spawn('sleep', ['30'], { argv0: `sleep-${canary.value}`, stdio: 'ignore' });
    const seen = await look(engine('', ''));
    expect(outcomes(seen)).toEqual({ ...quiet, argv: 'done' });
    expect(seen['argv']?.seen).toContain(`process ${child.pid}`);
    expect(seen['argv']?.seen).not.toContain(canary.value);
  });

  it('is found in an environment', async () => {
    child = spawn('sleep', ['30'], { env: { PATH: process.env['PATH'], TOKEN: canary.value }, stdio: 'ignore' });
    expect(outcomes(await look(engine('', '')))).toEqual({ ...quiet, 'host-environments': 'done' });
  });
});

test('a listener tells who came to its closed port and knew the token, and answers at its open one', async () => {
  const listener = await openListener();
  const { closed, open, token, answer } = listener.facts;
  const said = (port: number, text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(text));
      socket.on('data', (chunk) => resolve(chunk.toString()));
      socket.on('close', () => resolve(''));
    });
  try {
    expect(await said(open, token)).toBe(answer);
    expect(await said(open, `GET / HTTP/1.1\r\nX-Token: ${token}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(listener.visits()).toEqual([]);
    expect(listenerObservations({ listener: listener.facts }, listener.visits())['unvisited']?.outcome).toBe('refused');
    await said(closed, token);
    const socket = createSocket('udp4');
    await new Promise((resolve) => {
      socket.once('message', resolve);
      socket.send(token, closed, '127.0.0.1');
    });
    socket.close();
    expect(listener.visits()).toEqual([expect.stringMatching(/by TCP$/), '127.0.0.1 by UDP']);
    const { unvisited } = listenerObservations({ listener: listener.facts }, listener.visits());
    const probe = { id: 'unvisited', group: 'G3', title: 'x', expect: { kind: 'fails' } } as const;
    expect(judge(probe, unvisited).verdict).toBe('red');
  } finally {
    listener.close();
  }
});

test('a box that is attacked has the canary in the place of the client’s secrets and rules', async () => {
  const ground = await makeGround();
  try {
    const rules = { allow: [{ text: '*', from: 'config' }], allowAny: true, proxy: 'http://proxy.test:3128' };
    const secret = { source: { env: 'TOKEN' }, deliver: 'env', agents: undefined } as const;
    const config = {
      file: '/config.yaml',
      exists: true,
      defaults: { ...rules, packages: ['golang'] },
      clients: new Map([['acme', { ...rules, agents: ['claude'], credentials: { TOKEN: secret }, projects: ['/p'] }]]),
    };
    const canary = makeCanary();
    const { defaults, clients } = withCanary(config, 'acme', canary, ground);
    const acme = clients.get('acme');
    for (const settings of [defaults, acme])
      expect(settings).toMatchObject({ allow: [], allowAny: false, proxy: 'none' });
    expect(defaults.packages).toEqual(['golang']);
    expect(acme?.projects).toEqual(['/p']);
    expect(acme?.agents).toBeUndefined();
    expect(Object.keys(acme?.credentials ?? {})).toEqual([canary.name]);
    expect(JSON.stringify([...clients])).not.toContain(canary.value);
    expect(clients.get(ground.other)).toEqual({ projects: [ground.otherProject] });
  } finally {
    await ground.remove();
  }
});
