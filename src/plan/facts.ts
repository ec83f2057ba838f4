import type { Paths } from '../config/paths.ts';
import type { Caller } from '../context.ts';
import type { EngineFacts } from '../engine/engine.ts';

/** The project directory as the host knows it. */
export interface ProjectFacts {
  /** The real path: absolute, all links resolved. */
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
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
}
