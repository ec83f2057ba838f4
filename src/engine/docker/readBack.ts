import type { ActualBox } from '../../plan/spec.ts';

/** What is read of the engine's answer to GET /containers/ID/json; engines of all ages leave things out or null. */
export interface Inspected {
  readonly Id: string;
  readonly Config: {
    readonly User?: string;
    readonly Env?: readonly string[] | null;
    readonly Cmd?: readonly string[] | null;
    readonly Entrypoint?: readonly string[] | string | null;
  };
  readonly HostConfig: {
    readonly NetworkMode?: string;
    readonly Runtime?: string;
    readonly Memory?: number;
    readonly NanoCpus?: number;
    readonly PidsLimit?: number | null;
    readonly ReadonlyRootfs?: boolean;
    readonly Privileged?: boolean;
    readonly SecurityOpt?: readonly string[] | null;
    readonly CapAdd?: readonly string[] | null;
    readonly CapDrop?: readonly string[] | null;
    readonly Devices?: readonly { readonly PathOnHost?: string }[] | null;
    readonly DeviceRequests?: readonly unknown[] | null;
    readonly DeviceCgroupRules?: readonly string[] | null;
    readonly Tmpfs?: Readonly<Record<string, string>> | null;
    readonly PidMode?: string;
    readonly IpcMode?: string;
    readonly UTSMode?: string;
    readonly UsernsMode?: string;
    readonly CgroupnsMode?: string;
  };
  readonly Mounts?:
    | readonly {
        readonly Type: string;
        readonly Name?: string;
        readonly Source: string;
        readonly Destination: string;
        readonly RW: boolean;
      }[]
    | null;
}

/** What the answer depends on besides the container. */
export interface ReadBackFacts {
  /** What no seccomp option of the container stands for; see seccompDefault. */
  readonly seccomp: string;
  /** Docker Desktop tells paths as its virtual machine sees them. */
  readonly desktop: boolean;
}

/** The box that the engine says it made. Pure. */
export function readBack(box: Inspected, facts: ReadBackFacts): ActualBox {
  const { Config: config, HostConfig: host } = box;
  const security = host.SecurityOpt ?? [];
  return {
    id: box.Id,
    user: config.User ?? '',
    argv: config.Cmd ?? [],
    entrypoint: typeof config.Entrypoint === 'string' ? [config.Entrypoint] : (config.Entrypoint ?? []),
    env: envOf(config.Env),
    mounts: (box.Mounts ?? []).map((mount) => ({
      source: sourceOf(mount, facts),
      target: mount.Destination,
      write: mount.RW,
      kind: mount.Type,
    })),
    tmpfs: Object.keys(host.Tmpfs ?? {}),
    network: host.NetworkMode ?? 'default',
    runtime: host.Runtime ?? '',
    limits: { memory: host.Memory ?? 0, cpus: (host.NanoCpus ?? 0) / 1e9, pids: host.PidsLimit ?? 0 },
    readonlyRoot: host.ReadonlyRootfs === true,
    privileged: host.Privileged !== false,
    noNewPrivileges: security.some((option) => /^no-new-privileges([:=]true)?$/.test(option)),
    seccomp: security.find((option) => option.startsWith('seccomp'))?.replace(/^seccomp[:=]/, '') ?? facts.seccomp,
    capabilities: capabilitiesOf(host),
    devices: devicesOf(host),
    hostNamespaces: hostNamespaces(host),
  };
}

/** A volume by its name, since its directory is the engine's own affair. */
function sourceOf(
  { Type, Name, Source }: NonNullable<Inspected['Mounts']>[number],
  { desktop }: Pick<ReadBackFacts, 'desktop'>,
): string {
  if (Type === 'volume' && Name !== undefined && Name !== '') return Name;
  return desktop ? Source.replace(/^\/host_mnt(?=\/)/, '') : Source;
}

/** Variables as a record, from the engine's `NAME=value` lines. */
export function envOf(lines: readonly string[] | null | undefined): Record<string, string> {
  return Object.fromEntries(
    (lines ?? []).map((line): [string, string] => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

function capabilitiesOf(host: Inspected['HostConfig']): readonly string[] {
  const all = (host.CapDrop ?? []).some((name) => name.toUpperCase() === 'ALL');
  return [...(all ? [] : ["the engine's default"]), ...(host.CapAdd ?? [])];
}

function devicesOf(host: Inspected['HostConfig']): readonly string[] {
  return [
    ...(host.Devices ?? []).map((device) => device.PathOnHost ?? 'a device'),
    ...(host.DeviceRequests ?? []).map((request) => JSON.stringify(request)),
    ...(host.DeviceCgroupRules ?? []),
  ];
}

/** Fails closed: a cgroup namespace counts as shared unless the engine says that it is private. */
function hostNamespaces(host: Inspected['HostConfig']): readonly string[] {
  const shared = {
    pid: host.PidMode !== undefined && host.PidMode !== '',
    ipc: host.IpcMode !== 'private',
    uts: host.UTSMode === 'host',
    user: host.UsernsMode === 'host',
    network: /^(host|container:.*)$/.test(host.NetworkMode ?? ''),
    cgroup: host.CgroupnsMode !== 'private',
  };
  return Object.entries(shared).flatMap(([name, is]) => (is ? [name] : []));
}
