import { UserError } from '../errors.ts';
import { valuesOf } from './engineArgs.ts';
import type { BoxSpec, EngineKind, Mount, Tmpfs } from './spec.ts';

/** What podman needs to know beyond the plan: where to write the id, and whether somebody stays connected. */
export interface PodmanRun {
  readonly cidfile: string;
  readonly detached: boolean;
  /** The keys that let go of it; undefined: every key is the agent's. */
  readonly detachKeys: string | undefined;
}

/**
 * The `docker run …` or `podman run …` that makes a box, as argv. For podman it is what runs; for docker, which agentbox
 * talks to by its API, the equivalent. Throws UserError('refused') for a path with a line break.
 */
export function commandLine(spec: BoxSpec, kind: EngineKind): readonly string[] {
  return kind === 'podman' ? ['podman', ...podmanArgs(spec)] : ['docker', ...dockerArgs(spec)];
}

/** What follows the podman command for a box that is only made. Throws as commandLine does. */
export function podmanCreateArgs(spec: BoxSpec): readonly string[] {
  const ofRun = ['--preserve-fds=1', '--sig-proxy=false', '--detach-keys=', '--passwd=false'];
  return podmanArgs(spec)
    .filter((arg) => !ofRun.includes(arg))
    .map((arg, at, all) => (arg === 'run' && all.indexOf(arg) === at ? 'create' : arg));
}

/** What follows the podman command; `how` adds what only a launch needs. Throws as commandLine does. */
export function podmanArgs(spec: BoxSpec, how?: PodmanRun): readonly string[] {
  const channel = JSON.stringify(['/usr/bin/tini', '--', '/usr/local/lib/agentbox/stage', 'fd3', '--']);
  return [
    ...(spec.runtime === undefined ? [] : [`--runtime=${spec.runtime}`]),
    'run',
    ...(how === undefined ? [] : [`--cidfile=${how.cidfile}`]),
    ...(how?.detached ? ['--detach'] : []),
    // Without anybody connected, only a terminal is something that a later attach can write to.
    ...(how?.detached && !spec.terminal ? [] : ['--interactive']),
    ...(spec.terminal ? ['--tty'] : []),
    '--preserve-fds=1',
    // Signals come from agentbox alone.
    '--sig-proxy=false',
    `--detach-keys=${how?.detachKeys ?? ''}`,
    ...common(spec),
    ...(spec.keepId ? ['--userns=keep-id'] : []),
    '--read-only-tmpfs=false',
    // What podman would bring in from the host by itself: variables, accounts, names of hosts, systemd's socket, volumes
    // that the image declares.
    '--http-proxy=false',
    '--env-host=false',
    '--passwd=false',
    ...('add-host' in spec.extra ? [] : ['--no-hosts']),
    '--sdnotify=ignore',
    '--image-volume=ignore',
    `--network=${spec.network === 'none' ? 'none' : 'private'}`,
    '--pid=private',
    '--uts=private',
    ...spec.tmpfs.map((tmpfs) => `--tmpfs=${tmpfs.target}:${tmpfsOptions(tmpfs)},notmpcopyup,U`),
    ...spec.mounts.map((mount) => (mount.volume ? volume(mount) : bind(mount, relabels(mount, spec) ? ['Z'] : []))),
    ...(spec.logged === false ? ['--log-driver=none'] : ['--log-driver=k8s-file', '--log-opt=max-size=10mb']),
    `--entrypoint=${channel}`,
    spec.image,
    ...spec.argv,
  ];
}

function dockerArgs(spec: BoxSpec): readonly string[] {
  const owner = `uid=${spec.uid},gid=${spec.gid}`;
  return [
    'run',
    '--interactive',
    ...(spec.terminal ? ['--tty'] : []),
    ...common(spec),
    '--init=false',
    `--network=${spec.network === 'none' ? 'none' : 'bridge'}`,
    ...spec.tmpfs.map((tmpfs) => `--tmpfs=${tmpfs.target}:${tmpfsOptions(tmpfs)},${owner}`),
    // Docker's --mount has no word for SELinux labels.
    ...spec.mounts.map((mount) => {
      if (mount.volume) return volume(mount);
      return relabels(mount, spec)
        ? `--volume=${oneLine(mount.source)}:${oneLine(mount.target)}:${mount.write ? 'rw' : 'ro'},Z`
        : bind(mount, []);
    }),
    ...(spec.runtime === undefined ? [] : [`--runtime=${spec.runtime}`]),
    ...(spec.logged === false
      ? ['--log-driver=none']
      : ['--log-driver=json-file', '--log-opt=max-size=10m', '--log-opt=max-file=1']),
    '--entrypoint=/usr/bin/tini',
    spec.image,
    ...['--', '/usr/local/lib/agentbox/stage', spec.terminal ? 'terminal' : 'stdin', '--'],
    ...spec.argv,
  ];
}

/** The flags that both engines spell alike. */
function common(spec: BoxSpec): readonly string[] {
  return [
    '--pull=never',
    `--name=${spec.name}`,
    ...Object.entries(spec.labels).map(([name, value]) => `--label=${name}=${value}`),
    `--user=${spec.uid}:${spec.gid}`,
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    ...(spec.selinuxLevel === undefined ? [] : [`--security-opt=label=level:${spec.selinuxLevel}`]),
    '--read-only',
    '--ipc=private',
    '--cgroupns=private',
    `--hostname=${spec.hostname}`,
    `--workdir=${spec.workdir}`,
    ...limits(spec),
    ...Object.entries(spec.env).map(([name, value]) => `--env=${name}=${value}`),
    ...Object.keys(spec.extra).flatMap((name) => valuesOf(spec.extra, name).map((value) => `--${name}=${value}`)),
  ];
}

/** Swap equal to memory means no swap at all, so that the limit is the limit. */
function limits({ limits: { memory, cpus, pids } }: BoxSpec): readonly string[] {
  return [
    ...(memory === undefined ? [] : [`--memory=${memory}b`, `--memory-swap=${memory}b`]),
    ...(cpus === undefined ? [] : [`--cpus=${cpus}`]),
    ...(pids === undefined ? [] : [`--pids-limit=${pids}`]),
  ];
}

function tmpfsOptions({ size, mode, exec }: Tmpfs): string {
  return `rw,${exec ? 'exec' : 'noexec'},nosuid,nodev,mode=${mode.toString(8)},size=${size}`;
}

/** What is mounted below a read-only directory would stay writable in the box, so it is left out. */
function bind(mount: Mount, more: readonly string[]): string {
  const fields = ['type=bind', `src=${oneLine(mount.source)}`, `dst=${oneLine(mount.target)}`];
  const readonly = mount.write ? [] : ['readonly', 'bind-nonrecursive'];
  return `--mount=${[...fields, ...readonly, ...more].map(csv).join(',')}`;
}

/** Content, owner and mode of a fresh volume come from the image of who may write to it, and from nobody else's. */
function volume({ source, target, write }: Mount): string {
  return `--volume=${oneLine(source)}:${oneLine(target)}:${write ? 'rw' : 'ro,nocopy'}`;
}

function relabels(mount: Mount, spec: BoxSpec): boolean {
  return mount.relabel && spec.selinuxLevel !== undefined;
}

/** Both engines read --mount as one line of CSV. */
function csv(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

function oneLine(path: string): string {
  if (!/[\r\n]/.test(path)) return path;
  throw new UserError('refused', `${JSON.stringify(path)} has a line break in its name`, {
    why: 'engines cannot mount such a directory reliably',
    next: ['rename the directory'],
  });
}
