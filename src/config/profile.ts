import type { EngineKind, Limits } from '../plan/spec.ts';

/** Where the value of a credential is: exactly one of the four. */
export type CredentialSource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[] }
  | { readonly keychain: string };

/** One named secret of a client. The name is the variable's name for `env` delivery. */
export interface Credential {
  readonly source: CredentialSource;
  /** `env`: the agent and its descendants only. `file`: written to this path in the box (0600). */
  readonly deliver: 'env' | { readonly file: string };
  /** The agents that get it; undefined: those that name it, or all when no agent names it. */
  readonly agents: readonly string[] | undefined;
}

/** A host directory that the user asks for. */
export interface UserMount {
  readonly source: string;
  readonly target: string;
  readonly write: boolean;
}

/** Guarantees that a user may give up by name, because this machine cannot give them. */
export type Degradable = 'memory-limit' | 'cpus-limit' | 'pids-limit';

/** The settings of one run, after defaults, client and flags have been merged. Paths are absolute. */
export interface Profile {
  readonly client: string;
  readonly agent: string;
  /** The agents this client may run. */
  readonly agents: readonly string[];
  readonly engine: 'auto' | EngineKind;
  /** `auto`, or the name of a runtime that must be used. */
  readonly runtime: string;
  readonly network: 'gateway' | 'none' | 'open';
  readonly resources: Limits;
  readonly allowDegraded: readonly Degradable[];
  readonly credentials: Readonly<Record<string, Credential>>;
  /** Whose login the agent uses when no credential serves it: its own, made in the box, or a copy of the host's. */
  readonly login: 'own' | 'host';
  readonly env: Readonly<Record<string, string>>;
  readonly envFile: string | undefined;
  readonly git: { readonly name: string | undefined; readonly email: string | undefined };
  readonly mounts: readonly UserMount[];
  /** Read-only configuration folder (CLAUDE.md, commands, skills) by agent. */
  readonly agentConfig: Readonly<Record<string, string>>;
  /** Pinned version by agent; without one the version of images/versions.json. */
  readonly agentVersion: Readonly<Record<string, string>>;
  /** An image of the user's in the place of ours. */
  readonly image: string | undefined;
  /** `auto`: the agent works without asking, the box is the wall. `ask`: as the agent does by itself. */
  readonly autonomy: 'auto' | 'ask';
  readonly workspacePath: '/workspace' | 'same';
  /** Folders whose projects belong to this client. */
  readonly projects: readonly string[];
  /** The engine's flags from `--engine-arg`, already checked against the closed table. */
  readonly engineArgs: Readonly<Record<string, string>>;
}
