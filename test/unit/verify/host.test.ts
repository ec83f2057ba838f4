import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { pathsOf } from '../../../src/config/paths.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { execute } from '../../../src/execute.ts';
import { makeCanary } from '../../../src/verify/canary.ts';
import { makeGround, withCanary } from '../../../src/verify/ground.ts';
import { afterwards, lookAtProject } from '../../../src/verify/host/projects.ts';
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

const LOOSE = { workspace: 'clone', unmask: ['.env'], unprotect: ['**'] } as const;

test('a box that is attacked has the canary in the place of the client’s secrets and rules', async () => {
  const { ground, remove } = await groundOf([]);
  try {
    const rules = { allow: [{ text: '*', from: 'config' }], allowAny: true, proxy: 'http://proxy.test:3128', ...LOOSE };
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
      expect(settings).toMatchObject({
        ...{ allow: [], allowAny: false, proxy: 'none' },
        ...{ workspace: 'bind', unmask: [], unprotect: [] },
      });
    expect(defaults.packages).toEqual(['golang']);
    expect(acme?.projects).toEqual(['/p']);
    expect(acme?.agents).toBeUndefined();
    expect(Object.keys(acme?.credentials ?? {})).toEqual([canary.name]);
    expect(JSON.stringify([...clients])).not.toContain(canary.value);
    expect(clients.get(ground.other)).toEqual({ projects: [ground.otherProject] });
  } finally {
    await remove();
  }
});

test('the project of a box that is attacked is a repository for git, and lies in nobody’s folder', async () => {
  const { ground, home, remove } = await groundOf([]);
  const claimed = await groundOf([home]);
  try {
    expect(ground.project.startsWith(`${home}/.cache/`)).toBe(true);
    expect(claimed.ground.project.startsWith(home)).toBe(false);
    const user = statSync(ground.project).uid;
    const git = (...args: readonly string[]) =>
      spawnSync('git', ['-c', `safe.directory=${ground.project}`, '-C', ground.project, ...args], { encoding: 'utf8' });
    expect(git('log', '--format=%an %s').stdout).toBe('verify first\n');
    expect(git('fsck', '--strict')).toMatchObject({ status: 0 });
    expect(user).not.toBe(0);
  } finally {
    await remove();
    await claimed.remove();
  }
});

describe('what a box did to a project', () => {
  it('is seen when it is not to be, whatever became of its content and time', async () => {
    const { ground, paths, remove } = await groundOf([]);
    try {
      const before = await lookAtProject(ground);
      const seen = async () => {
        const all = await afterwards(paths, 'acme', ground, before);
        return Object.fromEntries(Object.entries(all).map(([id, { outcome }]) => [id, outcome]));
      };
      const quiet = { git: 'refused', guarded: 'refused', 'mask-kept': 'refused', 'aside-file': 'refused' };
      expect(await seen()).toMatchObject({ ...quiet, 'aside-kept': 'done', 'aside-back': 'refused' });
      const config = join(ground.project, '.git/config');
      const { atime, mtime } = statSync(config);
      const text = readFileSync(config);
      writeFileSync(config, 'x');
      writeFileSync(config, text);
      utimesSync(config, atime, mtime);
      writeFileSync(join(ground.project, '.vscode/new'), '');
      writeFileSync(join(ground.project, '.env'), '');
      writeFileSync(join(ground.project, 'src/.envrc'), '');
      expect(await seen()).toMatchObject({
        ...{ git: 'done', guarded: 'done', 'mask-kept': 'done', 'aside-file': 'done', 'aside-folder': 'refused' },
      });
    } finally {
      await remove();
    }
  });
});

async function groundOf(projects: readonly string[]) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-unit-')));
  const paths = pathsOf({}, home);
  const config = async () => ({ file: '', exists: true, defaults: {}, clients: new Map([['other', { projects }]]) });
  const caller = { uid: process.getuid?.() ?? 1000, gid: process.getgid?.() ?? 1000, name: 'me' };
  const ground = await makeGround({ paths, config, caller, platform: process.platform });
  const remove = async () => {
    await ground.remove();
    rmSync(home, { recursive: true });
  };
  return { ground, home, paths, remove };
}
