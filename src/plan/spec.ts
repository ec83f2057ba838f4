import type { UserBuild } from '../image/userImage.ts';

/** The plain data that a plan consists of. Nothing here knows an engine; an engine turns a BoxSpec into a container. */

export type EngineKind = 'docker' | 'podman';

/** What the engine connects a box with: nothing (also where it has a gateway), or everything. */
export type Network = 'none' | 'open';

/** Hard limits of a box: memory in bytes, cpus in cores, pids as a count. */
export interface Limits {
  readonly memory: number;
  readonly cpus: number;
  readonly pids: number;
}

/** A directory of the host in the box. `relabel` asks for the SELinux label of the client (only where SELinux is on). */
export interface Mount {
  /** Absolute path; of a volume its name. */
  readonly source: string;
  /** A volume of the engine in the place of a directory of the host. */
  readonly volume?: true;
  readonly target: string;
  readonly write: boolean;
  readonly relabel: boolean;
  /** What the mount is for, in words: `project`, `state`, `history`, `agent config`, `mounts`. */
  readonly purpose: string;
}

/** Memory in the place of a directory, owned by the user of the box; size in bytes, mode in octal (0o700). */
export interface Tmpfs {
  readonly target: string;
  readonly size: number;
  readonly mode: number;
  readonly exec: boolean;
}

/** One box: a container of one agent on one project, as it is to be created. It holds no secret. */
export interface BoxSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image: string;
  /** Numeric ids in the box. */
  readonly uid: number;
  readonly gid: number;
  /** Rootless podman: map the caller to the same numbers in the box. */
  readonly keepId: boolean;
  /** What the entrypoint starts after it has read the payload. */
  readonly argv: readonly string[];
  readonly workdir: string;
  readonly hostname: string;
  /** Not secret; secrets and everything the user passes by `--env` travel in the payload. */
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly tmpfs: readonly Tmpfs[];
  readonly network: Network;
  /** Undefined: the engine's own default runtime. */
  readonly runtime: string | undefined;
  /** A limit that is undefined is one the user gave up by name (`allow_degraded`). */
  readonly limits: Partial<Limits>;
  readonly terminal: boolean;
  /** SELinux level of the client (`s0:c1,c2`), where SELinux is on. */
  readonly selinuxLevel: string | undefined;
  /** Flags of the closed table of `--engine-arg`, by their names without dashes. */
  readonly extra: Readonly<Record<string, string>>;
  /** False: the engine keeps nothing of what it prints; for helpers whose output is large and somebody else's. */
  readonly logged?: false;
}

/** What the engine says it really made, in the same words as a BoxSpec, read back before the agent may start. */
export interface ActualBox {
  readonly id: string;
  readonly user: string;
  readonly argv: readonly string[];
  readonly entrypoint: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly {
    readonly source: string;
    readonly target: string;
    readonly write: boolean;
    readonly kind: string;
  }[];
  readonly tmpfs: readonly string[];
  readonly network: string;
  readonly runtime: string;
  readonly limits: Limits;
  readonly readonlyRoot: boolean;
  readonly privileged: boolean;
  readonly noNewPrivileges: boolean;
  /** `engine default`, or what was set instead. */
  readonly seccomp: string;
  /** Capabilities that are left, in the engine's own words; empty is what is wanted. */
  readonly capabilities: readonly string[];
  readonly devices: readonly string[];
  /** Namespaces of the host that the box shares (`pid`, `ipc`, `uts`, `user`, `network`, `cgroup`). */
  readonly hostNamespaces: readonly string[];
}

/** One way to fill an image tag: a folder of `images/`, what it is built on, and the arguments. */
export interface ImageSpec {
  /** `agentbox/claude:1f3c…`: the tag is the hash of everything that goes in. */
  readonly tag: string;
  readonly folder: string;
  /** Empty for a build of the user's that names by itself what it is built on. */
  readonly from: string;
  readonly args: Readonly<Record<string, string>>;
  /** Extra files of the build context (the host's CAs), by path; they win over those of the folder. */
  readonly files: Readonly<Record<string, string>>;
  /** Images of others that it is made of: pulled when they are not there, and for a build that is to be all new. */
  readonly pulls?: readonly string[];
  /** The user's own build, in the place of a folder. */
  readonly user?: UserBuild;
  /** In words, for progress: `claude 2.1.329`. */
  readonly title: string;
}
