import type { Context } from '../../context.ts';
import type { EngineKind } from '../../plan/spec.ts';
import type { Ping } from './ping.ts';

/** Where an engine was found. */
export type Found =
  | { readonly kind: 'docker'; readonly socketPath: string; readonly endpoint: string }
  | { readonly kind: 'podman'; readonly command: string };

/** What one strategy says: it found an engine, there is none, or there is one that cannot be used. */
export type Answer =
  | { readonly state: 'found'; readonly found: Found }
  | { readonly state: 'absent'; readonly why: string }
  | { readonly state: 'broken'; readonly why: string; readonly remedy: readonly string[] };

/** What strategies know and may ask of the host. */
export interface Host {
  readonly env: Context['env'];
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Asks who answers behind a socket. */
  readonly ping: (socketPath: string) => Promise<Ping>;
  /** A file's text; undefined when it cannot be read. */
  readonly read: (path: string) => Promise<string | undefined>;
  readonly isProgram: (path: string) => Promise<boolean>;
}

/** One way to find an engine. */
export interface Strategy {
  /** In words: `DOCKER_HOST`, `/var/run/docker.sock`, `podman command`. */
  readonly name: string;
  readonly kind: EngineKind;
  /** The user named this endpoint: when it is broken, another one of the same kind is not what they asked for. */
  readonly decides: boolean;
  readonly probe: (host: Host) => Promise<Answer>;
}

/** Nothing there. */
export function absent(why: string): Answer {
  return { state: 'absent', why };
}

/** Something there that cannot be used, and what to do about it. */
export function broken(why: string, ...remedy: readonly string[]): Answer {
  return { state: 'broken', why, remedy };
}
