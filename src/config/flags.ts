import type { Forward } from '../network/ports/forward.ts';
import type { Publish } from '../network/ports/publish.ts';
import type { EngineKind } from '../plan/spec.ts';
import type { Profile, UserMount } from './profile.ts';

/** What the command line says of a run; absent means that it says nothing. Paths are absolute, memory is in bytes. */
export interface RunFlags {
  readonly client?: string | undefined;
  readonly agent?: string | undefined;
  readonly engine?: EngineKind | undefined;
  readonly runtime?: string | undefined;
  readonly network?: Profile['network'] | undefined;
  /** Rules and presets, already checked. */
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
  readonly allowAny?: boolean | undefined;
  readonly ports?: readonly Publish[] | undefined;
  readonly forward?: readonly Forward[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly UserMount[];
  readonly image?: string | undefined;
  readonly devcontainer?: boolean | undefined;
  readonly memory?: number | undefined;
  readonly cpus?: number | undefined;
  readonly pids?: number | undefined;
  readonly autonomy?: Profile['autonomy'] | undefined;
  readonly workspace?: Profile['workspace'] | undefined;
  readonly untracked?: boolean | undefined;
  /** False: without the project's file. */
  readonly projectFile?: boolean | undefined;
  readonly engineArgs: Readonly<Record<string, string>>;
}

/** No flag at all. */
export const NO_FLAGS: RunFlags = { env: {}, mounts: [], engineArgs: {} };
