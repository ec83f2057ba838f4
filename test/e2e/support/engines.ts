import { spawnSync } from 'node:child_process';
import { userInfo } from 'node:os';

/** A way to run agentbox on a real engine: who calls it, and with which flags. */
export interface Ground {
  /** For test names: `docker`, `docker + gVisor`, `podman`. */
  readonly name: string;
  readonly flags: readonly string[];
  /** Put before agentbox's (and the engine's) argv, to become the calling user. */
  readonly as: readonly string[];
  /** The name of the calling user, where `as` makes one. */
  readonly user?: string;
  /** Who calls. */
  readonly caller: { readonly uid: number; readonly gid: number };
  /** Who owns projects, and is the user of boxes. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly runtimeDir: string | undefined;
  readonly engine: 'docker' | 'podman';
  readonly gvisor: boolean;
}

const ids = (user: string) => {
  const of = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: of('-u'), gid: of('-g') };
};

const works = (argv: readonly string[], env?: NodeJS.ProcessEnv) => {
  const [file = '', ...args] = argv;
  return (
    spawnSync(file, args, { timeout: 60_000, stdio: 'ignore', cwd: '/', env: { ...process.env, ...env } }).status === 0
  );
};

const me = userInfo();
const mine = { uid: me.uid, gid: me.gid };
// Root's projects belong to an ordinary user, as a box never runs as root.
const ordinary = me.uid === 0 ? { uid: 1000, gid: 1000 } : mine;

function docker(): Ground | undefined {
  if (!works(['docker', 'version'])) return undefined;
  return {
    name: 'docker',
    flags: ['--engine', 'docker', '--runtime', 'runc'],
    as: [],
    caller: mine,
    owner: ordinary,
    runtimeDir: undefined,
    engine: 'docker',
    gvisor: false,
  };
}

function gvisor(): Ground | undefined {
  const plain = docker();
  const known = spawnSync('docker', ['info', '--format', '{{json .Runtimes}}'], { encoding: 'utf8', timeout: 20_000 });
  if (plain === undefined || !known.stdout.includes('"runsc"')) return undefined;
  return { ...plain, name: 'docker + gVisor', flags: ['--engine', 'docker', '--runtime', 'runsc'], gvisor: true };
}

function podman(): Ground | undefined {
  const user = process.env['AGENTBOX_TEST_PODMAN_USER'];
  const common = { name: 'podman', flags: ['--engine', 'podman'], engine: 'podman', gvisor: false } as const;
  if (user === undefined || user === '') {
    if (me.uid === 0 || !works(['podman', 'info'])) return undefined;
    return { ...common, as: [], caller: mine, owner: mine, runtimeDir: process.env['XDG_RUNTIME_DIR'] };
  }
  const owner = ids(user);
  // Not runuser: it sets HOME anew, and a lab has a home of its own.
  const as = ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--init-groups', '--'];
  const runtimeDir = `/run/user/${owner.uid}`;
  if (!works([...as, 'env', `XDG_RUNTIME_DIR=${runtimeDir}`, `HOME=/home/${user}`, 'podman', 'info'])) return undefined;
  return { ...common, user, as, caller: owner, owner, runtimeDir };
}

const REQUIRED = process.env['AGENTBOX_TEST_REQUIRE'] === '1';

/** The grounds this machine has. One that is missing is told; under AGENTBOX_TEST_REQUIRE=1 it is an error. */
export function grounds(): readonly Ground[] {
  const found = Object.entries({ docker, 'docker + gVisor': gvisor, podman }).map(([name, find]) => {
    const ground = find();
    if (ground !== undefined) return ground;
    if (REQUIRED) throw new Error(`AGENTBOX_TEST_REQUIRE=1 and ${name} does not work here`);
    console.warn(`skipped: ${name} does not work here`);
    return undefined;
  });
  return found.filter((ground) => ground !== undefined);
}

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';

/**
 * The grounds for long sessions of agents. gVisor is among them only with AGENTBOX_TEST_ALL=1: gatewaySessions.test.ts has
 * sessions there.
 */
export function sessionGrounds(): readonly Ground[] {
  return grounds().filter(({ gvisor }) => ALL || !gvisor);
}

/** One ground, for long tests of what has nothing to do with the engine; with AGENTBOX_TEST_ALL=1 those of long sessions. */
export function oneGround(): readonly Ground[] {
  return ALL ? sessionGrounds() : sessionGrounds().slice(0, 1);
}
