import type Dockerode from 'dockerode';
import type { BoxSpec } from '../../plan/spec.ts';
import { extraOptions } from './extraOptions.ts';
import { mountOptions } from './mountOptions.ts';

/** dockerode's types lag behind the engine's API. */
type HostConfig = Dockerode.HostConfig & { CgroupnsMode: 'private' };

/** What a box is created with. The types leave out what older engines do not know and ignore. */
export type CreateBody = Dockerode.ContainerCreateOptions & { HostConfig: HostConfig };

/** Rows and columns of the terminal a box starts with. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** How the entrypoint gets its payload: through the terminal, or ahead of what is piped in. */
function entrypointOf(spec: BoxSpec): string[] {
  const channel = spec.terminal ? 'terminal' : 'stdin';
  return ['/usr/bin/tini', '--', '/usr/local/lib/agentbox/stage', channel, '--'];
}

/** The body of POST /containers/create for a box. Pure; throws UserError for a mount that Docker has no words for. */
export function createBody(spec: BoxSpec, size: Size | undefined): CreateBody {
  return {
    Image: spec.image,
    Entrypoint: entrypointOf(spec),
    Cmd: [...spec.argv],
    User: `${spec.uid}:${spec.gid}`,
    WorkingDir: spec.workdir,
    Hostname: spec.hostname,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: { ...spec.labels },
    Tty: spec.terminal,
    OpenStdin: true,
    // Piped input ends for the agent when the launcher's input does; a terminal stays open for the next to attach.
    StdinOnce: !spec.terminal,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: hostConfig(spec, size),
  };
}

function hostConfig(spec: BoxSpec, size: Size | undefined): HostConfig {
  return {
    CapDrop: ['ALL'],
    SecurityOpt: [
      'no-new-privileges',
      ...(spec.selinuxLevel === undefined ? [] : [`label=level:${spec.selinuxLevel}`]),
    ],
    ReadonlyRootfs: true,
    Privileged: false,
    NetworkMode: spec.network === 'none' ? 'none' : 'bridge',
    IpcMode: 'private',
    CgroupnsMode: 'private',
    // The image brings its own, so that it is the same everywhere.
    Init: false,
    ...mountOptions(spec),
    ...limits(spec),
    ...(spec.runtime === undefined ? {} : { Runtime: spec.runtime }),
    // An agent that prints for days must not fill the host's disk.
    LogConfig:
      spec.logged === false
        ? { Type: 'none', Config: {} }
        : { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
    ...(size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] }),
    ...extraOptions(spec.extra),
  };
}

/** Swap equal to memory means no swap at all, so that the limit is the limit. */
function limits({ limits: { memory, cpus, pids } }: BoxSpec): Partial<HostConfig> {
  return {
    ...(memory === undefined ? {} : { Memory: memory, MemorySwap: memory }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(pids === undefined ? {} : { PidsLimit: pids }),
  };
}
