import type { Paths } from '../config/paths.ts';
import type { Caller } from '../context.ts';
import type { EngineFacts } from '../engine/engine.ts';
import type { WorkspaceFacts } from '../workspace/facts.ts';

/** The project directory as the host knows it. */
export interface ProjectFacts {
  /** The real path: absolute, all links resolved. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  /** It is the client's own folder of `run --scratch`. */
  readonly scratch?: boolean;
}

/** An agent's own directory on the host, shared with a box (`share_host_login`); looked at without following a link. */
export interface SharedDirectory {
  readonly path: string;
  readonly uid: number;
  /** Entries that are there and that a box may not write. */
  readonly covered: readonly CoveredEntry[];
}

/** An entry by its name, and which file it is: another inode is another file. */
export interface CoveredEntry {
  readonly name: string;
  readonly inode: number;
}

/** The caller's SSH agent: its socket (SSH_AUTH_SOCK), and the directory in which boxes get a socket of their own. */
interface SshAgentFacts {
  readonly socket: string | undefined;
  readonly directory: string;
}

/** A client's claims on the host, with real paths; used to keep clients apart. */
export interface ClientClaim {
  readonly client: string;
  readonly projects: readonly string[];
}

/** What a plan needs to know of the host; gathered once, plain data, so that plans are pure. */
export interface HostFacts {
  readonly caller: Caller;
  readonly paths: Paths;
  /** Real path of the caller's home directory. */
  readonly home: string;
  /** Real paths of agentbox's own settings, state and cache; a settings file may be a link to somewhere else. */
  readonly own: readonly string[];
  readonly engine: EngineFacts;
  readonly claims: readonly ClientClaim[];
  readonly platform: NodeJS.Platform;
  readonly shared: SharedDirectory | undefined;
  readonly sshAgent: SshAgentFacts;
  readonly workspace: WorkspaceFacts;
}
