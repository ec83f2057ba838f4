import { execFileSync } from 'node:child_process';
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { dockerEngine } from '../../../src/engine/docker.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { PodmanOptions } from '../../../src/engine/podman/command.ts';
import { podmanEngine } from '../../../src/engine/podman.ts';
import { execute } from '../../../src/execute.ts';
import type { BuildDeps } from '../../../src/image/build.ts';
import { imagesOf } from '../../../src/image/choose.ts';
import { ensureImages } from '../../../src/image/ensure.ts';
import type { EngineKind } from '../../../src/plan/spec.ts';

/** An engine to test, and who its boxes are. */
export interface TestEngine {
  readonly kind: EngineKind;
  readonly engine: Engine;
  readonly uid: number;
  readonly gid: number;
  readonly keepId: boolean;
  /** Runs the engine's own command with these arguments; gives its standard output. */
  readonly raw: (args: readonly string[]) => string;
  /** How podman is started, where this is one. */
  readonly podman?: PodmanOptions;
}

const LIMIT = 60_000;
const DOCKER_SOCKET = '/var/run/docker.sock';
const isRoot = process.getuid?.() === 0;

/** The real engine of this kind. Undefined, with the reason printed, where there is none; throws where tests must have one. */
export function findEngine(kind: EngineKind): TestEngine | undefined {
  try {
    return kind === 'docker' ? docker() : podman();
  } catch (error) {
    const why = `no ${kind} to test with: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
    if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(why);
    console.warn(`skipped: ${why}`);
    return undefined;
  }
}

function docker(): TestEngine {
  const raw = (args: readonly string[]) => run(['docker', `--host=unix://${DOCKER_SOCKET}`, ...args]);
  raw(['version']);
  const id = isRoot ? 12345 : userInfo().uid;
  const engine = dockerEngine({ socketPath: DOCKER_SOCKET, endpoint: DOCKER_SOCKET, configDir: '/nonexistent' });
  return { kind: 'docker', engine, uid: id, gid: isRoot ? id : userInfo().gid, keepId: false, raw };
}

function podman(): TestEngine {
  const name = process.env['AGENTBOX_TEST_PODMAN_USER'] ?? (isRoot ? 'agentbox-test' : undefined);
  const { command, env, uid, gid } = name === undefined ? ownPodman() : podmanOf(name);
  const raw = (args: readonly string[]) => run([...command, ...args], env);
  const rootless = raw(['info', '--format={{.Host.Security.Rootless}}']).trim();
  if (rootless !== 'true') throw new Error('podman is not rootless');
  const temp = env['XDG_RUNTIME_DIR'] ?? tmpdir();
  const options = { command, env, execute, temp };
  return { kind: 'podman', engine: podmanEngine(options), uid, gid, keepId: true, raw, podman: options };
}

interface PodmanUser {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
}

function ownPodman(): PodmanUser {
  const { uid, gid } = userInfo();
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return { command: [run(['sh', '-c', 'command -v podman']).trim()], env, uid, gid };
}

/** Podman as another user: setpriv becomes podman, so that signals reach it and descriptors go with it. */
function podmanOf(name: string): PodmanUser {
  const [, , uid = '', gid = '', , home = ''] = run(['getent', 'passwd', name]).split(':');
  const setpriv = ['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups'] as const;
  return {
    command: [...setpriv, '/usr/bin/podman'],
    env: {
      HOME: home,
      USER: name,
      LOGNAME: name,
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      XDG_RUNTIME_DIR: `/run/user/${uid}`,
      TERM: 'xterm',
    },
    uid: Number(uid),
    gid: Number(gid),
  };
}

function run([file = '', ...args]: readonly string[], env?: Readonly<Record<string, string>>): string {
  const options = { encoding: 'utf8', timeout: LIMIT, cwd: '/', maxBuffer: 64 * 1024 * 1024 } as const;
  return execFileSync(file, args, {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env === undefined ? {} : { env }),
  });
}

/** The base image of this engine, built where it is not there yet. */
export async function baseImage({ engine }: TestEngine): Promise<string> {
  const specs = await imagesOf(
    { name: 'shell', image: 'base' },
    { agentVersion: {}, image: undefined },
    '/nonexistent',
  );
  await ensureImages(engine, [specs[0]], silentDeps());
  return specs[0].tag;
}

/** What building needs of the outside world, with nothing said. */
export function silentDeps(): BuildDeps {
  const silent = new PassThrough().resume();
  const io = {
    in: process.stdin,
    out: silent,
    err: silent,
    inIsTerminal: false,
    outIsTerminal: false,
    errIsTerminal: false,
    columns: 80,
    colour: false,
  };
  return { io, env: process.env, now: () => new Date(), execute };
}

/** A directory of the host that belongs to the user of the boxes; it is gone with `remove`. */
export async function ownedDirectory({ uid, gid }: TestEngine): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'agentbox-engine-')));
  if (isRoot) await chown(path, uid, gid);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
