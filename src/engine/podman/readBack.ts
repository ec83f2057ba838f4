import { UserError } from '../../errors.ts';
import type { ActualBox } from '../../plan/spec.ts';

/** What is read of `podman inspect`; versions differ, so everything may be missing. */
export interface Inspected {
  readonly Id?: string;
  readonly StaticDir?: string;
  readonly OCIRuntime?: string;
  readonly State?: { readonly Status?: string; readonly ExitCode?: number; readonly StartedAt?: string };
  readonly Config?: { readonly Cmd?: readonly string[] | null };
  readonly Mounts?:
    | readonly {
        readonly Type?: string;
        readonly Name?: string;
        readonly Source?: string;
        readonly Destination?: string;
      }[]
    | null;
  readonly HostConfig?: {
    readonly NetworkMode?: string;
    readonly Privileged?: boolean;
    readonly SecurityOpt?: readonly string[] | null;
    readonly UsernsMode?: string;
    readonly CgroupMode?: string;
  };
}

interface OciMount {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
}

/** What is read of the configuration that podman wrote for the OCI runtime: the box as it really is. */
export interface OciSpec {
  readonly process?: {
    readonly user?: { readonly uid?: number; readonly gid?: number; readonly additionalGids?: readonly number[] };
    readonly args?: readonly string[];
    readonly env?: readonly string[];
    readonly capabilities?: Readonly<Record<string, readonly string[] | null>> | null;
    readonly noNewPrivileges?: boolean;
  };
  readonly root?: { readonly readonly?: boolean };
  readonly mounts?: readonly OciMount[];
  readonly linux?: {
    readonly namespaces?: readonly { readonly type: string; readonly path?: string }[];
    readonly seccomp?: { readonly defaultAction?: string } | null;
    readonly devices?: readonly { readonly path: string }[] | null;
    readonly resources?: {
      readonly memory?: { readonly limit?: number } | null;
      readonly cpu?: { readonly quota?: number; readonly period?: number } | null;
      readonly pids?: { readonly limit?: number } | null;
    } | null;
  };
}

/** What podman mounts in every box, at these places and of these types only. */
const STANDARD: Readonly<Record<string, string>> = {
  '/proc': 'proc',
  '/sys': 'sysfs',
  '/dev': 'tmpfs',
  '/dev/pts': 'devpts',
  '/dev/mqueue': 'mqueue',
  '/sys/fs/cgroup': 'cgroup',
};

/** Files of the box's own, written by podman, that it mounts; by where they may be. */
const OWN_FILES = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/run/.containerenv', '/dev/shm']);

/**
 * The box that podman made. What the runtime was told (`oci`) is the truth; `inspected` knows the rest. Podman's inspect
 * alone would not do: it hides a seccomp profile and devices that containers.conf sets. Pure; fails closed.
 */
export function readBack(inspected: Inspected, oci: OciSpec): ActualBox {
  const { process: started, linux } = oci;
  const host = inspected.HostConfig ?? {};
  const argv = inspected.Config?.Cmd ?? [];
  const args = started?.args ?? [];
  const id = inspected.Id;
  if (id === undefined) throw new UserError('engine', 'podman tells nothing of the box it made');
  const mounts = (oci.mounts ?? []).filter((mount) => !isStandard(mount, id));
  return {
    id,
    user: userOf(started?.user),
    argv,
    entrypoint: args.slice(0, args.length - argv.length),
    env: variables(started?.env ?? []),
    mounts: mounts.filter((mount) => mount.type !== 'tmpfs').map((mount) => mountOf(mount, inspected)),
    tmpfs: mounts.filter((mount) => mount.type === 'tmpfs').map((mount) => mount.destination),
    network: host.NetworkMode ?? 'unknown',
    runtime: inspected.OCIRuntime ?? 'unknown',
    limits: limitsOf(linux?.resources ?? {}),
    readonlyRoot: oci.root?.readonly === true,
    privileged: host.Privileged !== false,
    noNewPrivileges: started?.noNewPrivileges === true,
    seccomp: seccompOf(host.SecurityOpt ?? [], linux?.seccomp?.defaultAction),
    capabilities: [...new Set(Object.values(started?.capabilities ?? {}).flatMap((names) => names ?? []))],
    devices: (linux?.devices ?? []).map((device) => device.path),
    hostNamespaces: sharedNamespaces(linux?.namespaces ?? [], host),
  };
}

/** Variables as a record, from `NAME=value` lines. */
export function variables(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line): [string, string] => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function isStandard({ destination, type, source }: OciMount, id: string): boolean {
  if (type === 'bind') return OWN_FILES.has(destination) && (source?.includes(`/${id}/userdata/`) ?? false);
  return STANDARD[destination] !== undefined && STANDARD[destination] === type?.replace(/^cgroup2$/, 'cgroup');
}

/** For the runtime a volume is a directory like any other; podman knows which of them is one, and its name. */
function mountOf(
  { destination, type, source, options }: OciMount,
  { Mounts: known }: Inspected,
): ActualBox['mounts'][number] {
  const place = { target: destination, write: !options?.includes('ro') };
  const volume = (known ?? []).find(
    (mount) => mount.Type === 'volume' && mount.Destination === destination && mount.Source === source,
  );
  if (type === 'bind' && volume?.Name) return { ...place, source: volume.Name, kind: 'volume' };
  return { ...place, source: source ?? '', kind: type ?? 'unknown' };
}

/** Groups beyond the first would open files of the host's groups. */
function userOf(
  user: { readonly uid?: number; readonly gid?: number; readonly additionalGids?: readonly number[] } = {},
) {
  const more = (user.additionalGids ?? []).filter((gid) => gid !== user.gid).map((gid) => `+${gid}`);
  return [`${user.uid ?? '?'}:${user.gid ?? '?'}`, ...more].join('');
}

function limitsOf({ memory, cpu, pids }: NonNullable<NonNullable<OciSpec['linux']>['resources']>): ActualBox['limits'] {
  return {
    memory: memory?.limit ?? 0,
    cpus: cpu?.quota === undefined || !cpu.period ? 0 : cpu.quota / cpu.period,
    pids: pids?.limit ?? 0,
  };
}

function seccompOf(options: readonly string[], defaultAction: string | undefined): string {
  const set = options.find((option) => option.startsWith('seccomp'));
  if (set !== undefined) return set.replace(/^seccomp[:=]/, '');
  if (defaultAction === undefined) return 'unconfined';
  return /^SCMP_ACT_(ERRNO|KILL)/.test(defaultAction) ? 'engine default' : `default action ${defaultAction}`;
}

function sharedNamespaces(
  own: readonly { readonly type: string; readonly path?: string }[],
  { NetworkMode: network = 'unknown', UsernsMode: userns }: NonNullable<Inspected['HostConfig']>,
): readonly string[] {
  const names = { pid: 'pid', ipc: 'ipc', uts: 'uts', network: 'network', cgroup: 'cgroup' };
  const shared = Object.entries(names).filter(([type]) => {
    const namespace = own.find((candidate) => candidate.type === type);
    if (namespace === undefined) return true;
    // Podman makes the namespace of a network beforehand, by a path; every other path is somebody else's.
    return namespace.path !== undefined && (type !== 'network' || /^(host|container:|ns:)/.test(network));
  });
  return [...shared.map(([, name]) => name), ...(userns === 'host' ? ['user'] : [])];
}
