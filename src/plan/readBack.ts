import { HOME } from '../agents/agent.ts';
import type { ActualBox, BoxSpec, Mount } from './spec.ts';

/** One thing that is not as the plan says. */
export interface Difference {
  readonly what: string;
  readonly planned: string;
  readonly actual: string;
}

/** Variables that engines set by themselves; they say nothing of the host. */
const ENGINE_ENV: Readonly<Record<string, (value: string, spec: BoxSpec) => boolean>> = {
  container: (value) => value === 'podman' || value === 'oci',
  HOSTNAME: (value, spec) => value === spec.hostname,
  HOME: (value) => value === HOME,
  TERM: (value) => value === 'xterm',
};

const NETWORKS: Readonly<Record<BoxSpec['network'], readonly string[]>> = {
  none: ['none'],
  open: ['default', 'bridge', 'podman', 'slirp4netns', 'pasta', 'private'],
};

/**
 * Compares what was created with what was planned, both ways: what is missing and what nobody asked for. `imageEnv` is
 * the environment that the image itself brings. An empty answer means the box is as planned.
 */
export function differences(
  spec: BoxSpec,
  imageEnv: Readonly<Record<string, string>>,
  actual: ActualBox,
): readonly Difference[] {
  const found: Difference[] = [];
  const expect = (what: string, planned: unknown, is: unknown) => {
    if (String(planned) !== String(is)) found.push({ what, planned: String(planned), actual: String(is) });
  };
  expect('user', `${spec.uid}:${spec.gid}`, actual.user);
  expect('command', spec.argv.join(' '), actual.argv.slice(-spec.argv.length || undefined).join(' '));
  expect('read-only root', true, actual.readonlyRoot);
  expect('privileged', false, actual.privileged);
  expect('no-new-privileges', true, actual.noNewPrivileges);
  expect('seccomp', 'engine default', actual.seccomp);
  expect('capabilities', '', actual.capabilities.join(' '));
  expect('devices', '', actual.devices.join(' '));
  expect('host namespaces', '', actual.hostNamespaces.join(' '));
  for (const name of ['memory', 'cpus', 'pids'] as const) {
    if (spec.limits[name] !== undefined) expect(`${name} limit`, spec.limits[name], actual.limits[name]);
  }
  if (spec.runtime !== undefined) expect('runtime', spec.runtime, actual.runtime);
  if (!NETWORKS[spec.network].includes(actual.network)) expect('network', spec.network, actual.network);
  expect('tmpfs', sorted(spec.tmpfs.map((tmpfs) => tmpfs.target)), sorted(actual.tmpfs));
  expect('mounts', sorted(spec.mounts.map(planned)), sorted(actual.mounts.map(mountLine)));
  return [...found, ...envDifferences(spec, imageEnv, actual.env)];
}

function envDifferences(
  spec: BoxSpec,
  imageEnv: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
): Difference[] {
  const found: Difference[] = [];
  for (const [name, value] of Object.entries(actual)) {
    const planned = spec.env[name] ?? imageEnv[name];
    if (planned === value || (planned === undefined && ENGINE_ENV[name]?.(value, spec))) continue;
    // The value may be a secret that somebody put in the engine's configuration: only the name is told.
    found.push({
      what: `variable ${name}`,
      planned: planned === undefined ? 'absent' : 'as planned',
      actual: 'something else',
    });
  }
  for (const name of Object.keys(spec.env)) {
    if (actual[name] === undefined) found.push({ what: `variable ${name}`, planned: 'set', actual: 'absent' });
  }
  return found;
}

/** A directory of the host goes without a word; whatever else is mounted in its place is a difference. */
function mountLine({ kind, source, target, write }: ActualBox['mounts'][number]): string {
  return `${kind === 'bind' ? '' : `${kind} `}${source} -> ${target} (${write ? 'rw' : 'ro'})`;
}

const planned = (mount: Mount) => mountLine({ ...mount, kind: mount.volume ? 'volume' : 'bind' });

function sorted(lines: readonly string[]): string {
  return [...lines].sort().join(', ');
}
