import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { clientDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import { socketOf } from '../plan/guard.ts';
import { clientsWithState } from '../state/clientState.ts';
import type { HiddenPath } from './facts.ts';
import type { Ground } from './ground.ts';

/** What people keep secrets in, below their home. */
const PRIVATE = [
  '.ssh',
  '.aws',
  '.gnupg',
  '.kube',
  '.docker',
  '.netrc',
  '.gitconfig',
  '.bash_history',
  '.npmrc',
  '.claude',
  '.codex',
  '.config',
  '.local',
];
/** How many other clients are looked for by name. */
const CLIENTS = 10;

const SOCKETS = [
  '/var/run/docker.sock',
  '/run/podman/podman.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/buildkit/buildkitd.sock',
];

/** The paths of the host that no box of this client may see. */
export async function hiddenPaths(
  { paths }: Pick<Context, 'paths'>,
  client: string,
  claims: ReadonlyMap<string, { readonly projects?: readonly string[] }>,
  ground: Ground,
): Promise<readonly HiddenPath[]> {
  const others = (await clientsWithState(paths)).filter((name) => name !== client).slice(0, CLIENTS);
  const projects = [...claims].filter(([name]) => name !== client && name !== ground.other).slice(0, CLIENTS);
  const all: readonly HiddenPath[] = [
    { what: 'agentbox’s configuration', path: paths.configFile },
    { what: 'agentbox’s state', path: paths.dataDir },
    { what: 'agentbox’s cache', path: paths.cacheDir },
    { what: 'another client’s project', path: join(ground.otherProject, 'theirs') },
    ...others.map((name) => ({ what: `the state of client ${name}`, path: clientDir(paths, name) })),
    ...projects.flatMap(([name, { projects = [] }]) =>
      projects.map((path) => ({ what: `a project of client ${name}`, path })),
    ),
    ...PRIVATE.map((name) => ({ what: 'the home directory', path: join(paths.home, name) })),
  ];
  const there = await Promise.all(
    all.map(({ path }) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return all.filter((_, index) => there[index]);
}

/** Where engines have their sockets, this one and others. Pure. */
export function engineSockets(endpoint: string, uid: number): readonly string[] {
  const own = socketOf(endpoint);
  const all = [
    ...SOCKETS,
    `/run/user/${uid}/podman/podman.sock`,
    `/run/user/${uid}/docker.sock`,
    ...(own.endsWith('.sock') ? [own] : []),
  ];
  return [...new Set(all)];
}
