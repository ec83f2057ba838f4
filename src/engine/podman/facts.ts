import type { EngineFacts } from '../engine.ts';

/** What is read of `podman info --format json`. */
export interface PodmanInfo {
  readonly host?: {
    readonly cgroupVersion?: string;
    readonly cgroupControllers?: readonly string[] | null;
    readonly ociRuntime?: { readonly name?: string };
    readonly serviceIsRemote?: boolean;
    readonly security?: { readonly rootless?: boolean; readonly selinuxEnabled?: boolean };
  };
  readonly version?: { readonly Version?: string };
  readonly store?: { readonly graphRoot?: string; readonly graphDriverName?: string };
}

/** Where podman keeps boxes and images on this host. */
export interface Storage {
  readonly boxes: string;
  /** Changes whenever an image or a tag does. */
  readonly imageList: string;
}

/** The places from podman's own words; undefined when it does not tell (podman elsewhere). Pure. */
export function storageOf({ store }: PodmanInfo): Storage | undefined {
  const { graphRoot: root, graphDriverName: driver } = store ?? {};
  if (root === undefined || driver === undefined) return undefined;
  return { boxes: `${root}/${driver}-containers`, imageList: `${root}/${driver}-images/images.json` };
}

/** The controller of cgroup v2 that each limit needs. */
const CONTROLLERS = { memory: 'memory', cpus: 'cpu', pids: 'pids' } as const;

/** The facts of a podman from its own words; `others` are runtimes beside its default that it knows. Pure. */
export function factsOf(info: PodmanInfo, endpoint: string, others: readonly string[]): EngineFacts {
  const host = info.host ?? {};
  const defaultRuntime = host.ociRuntime?.name ?? 'crun';
  return {
    kind: 'podman',
    version: info.version?.Version ?? 'unknown',
    endpoint,
    rootless: host.security?.rootless === true,
    usernsRemap: false,
    desktop: host.serviceIsRemote === true,
    runtimes: [...new Set([defaultRuntime, ...others])].sort(),
    defaultRuntime,
    ignoredLimits: ignoredLimits(host),
    selinux: host.security?.selinuxEnabled === true,
    details: { cgroupVersion: host.cgroupVersion?.replace(/^v/, ''), storage: info.store?.graphRoot, runtimeArgs: {} },
  };
}

/** Rootless, a limit holds only where cgroup v2 has its controller delegated to the user. */
function ignoredLimits(host: NonNullable<PodmanInfo['host']>): EngineFacts['ignoredLimits'] {
  if (host.security?.rootless === false) return [];
  const delegated = host.cgroupVersion === 'v2' ? (host.cgroupControllers ?? []) : [];
  return (['memory', 'cpus', 'pids'] as const).filter((limit) => !delegated.includes(CONTROLLERS[limit]));
}
