import type { EngineFacts } from '../engine.ts';

/** What is used of the engine's answer to GET /info; old engines leave things out. */
export interface DockerInfo {
  readonly ServerVersion?: string;
  readonly OperatingSystem?: string;
  readonly Name?: string;
  readonly SecurityOptions?: readonly string[] | null;
  readonly Runtimes?: Readonly<Record<string, { readonly runtimeArgs?: readonly string[] | null }>> | null;
  readonly DefaultRuntime?: string;
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly CgroupVersion?: string;
  readonly DockerRootDir?: string;
}

/** The facts of an engine from its own words. Pure. */
export function factsOf(info: DockerInfo, endpoint: string): EngineFacts {
  return {
    kind: 'docker',
    version: info.ServerVersion ?? 'unknown',
    endpoint,
    rootless: hasSecurity(info, 'rootless'),
    usernsRemap: hasSecurity(info, 'userns'),
    desktop: isDesktop(info),
    runtimes: Object.keys(info.Runtimes ?? {}).sort(),
    defaultRuntime: info.DefaultRuntime ?? 'runc',
    ignoredLimits: ignoredLimits(info),
    limitlessRuntimes: limitlessRuntimes(info),
    selinux: hasSecurity(info, 'selinux'),
    details: {
      cgroupVersion: info.CgroupVersion,
      storage: isDesktop(info) ? undefined : info.DockerRootDir,
      runtimeArgs: Object.fromEntries(
        Object.entries(info.Runtimes ?? {}).map(([name, { runtimeArgs }]) => [name, runtimeArgs ?? []]),
      ),
    },
  };
}

/** What `engine default` stands for when nothing is set for a box: the engine's profile, or that there is none. */
export function seccompDefault(info: DockerInfo): string {
  const option = (info.SecurityOptions ?? []).find((entry) => entry.startsWith('name=seccomp'));
  if (option === undefined) return 'none: the engine has no seccomp';
  return option.includes('profile=unconfined') ? 'unconfined by the engine' : 'engine default';
}

/** True for engines in a virtual machine that maps the ids of the files it shares by itself. */
export function isDesktop(info: DockerInfo): boolean {
  const system = info.OperatingSystem ?? '';
  const name = info.Name ?? '';
  if (/^(Docker Desktop|OrbStack)/.test(system)) return true;
  return /^(docker-desktop|orbstack)$/.test(name) || /^(colima|lima)(-|$)/.test(name);
}

/** Options look like `name=seccomp,profile=default`. */
function hasSecurity(info: DockerInfo, name: string): boolean {
  return (info.SecurityOptions ?? []).some((option) => option.split(',')[0] === `name=${name}`);
}

/** gVisor with --ignore-cgroups takes a limit and does not keep it (tried: 300 processes under a limit of 60). */
function limitlessRuntimes(info: DockerInfo): readonly string[] {
  return Object.entries(info.Runtimes ?? {})
    .filter(([, { runtimeArgs }]) => runtimeArgs?.some((arg) => /^--?ignore-cgroups(=true)?$/.test(arg)))
    .map(([name]) => name);
}

function ignoredLimits(info: DockerInfo): EngineFacts['ignoredLimits'] {
  const told = { memory: info.MemoryLimit, cpus: info.CpuCfsQuota, pids: info.PidsLimit };
  return (['memory', 'cpus', 'pids'] as const).filter((limit) => told[limit] !== true);
}
