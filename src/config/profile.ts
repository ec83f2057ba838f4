import type { Forward } from '../network/ports/forward.ts';
import type { Publish } from '../network/ports/publish.ts';
import type { EngineKind, Limits } from '../plan/spec.ts';

/** Where the value of a credential is: exactly one of these. */
export type CredentialSource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[] }
  | { readonly keychain: string }
  /** Kept by `agentbox creds set`, for this client under the credential's own name. */
  | { readonly store: 'keychain' | 'file' };

/** One named secret of a client. The name is the variable's name for `env` delivery. */
export interface Credential {
  readonly source: CredentialSource;
  /**
   * `broker`: the gateway puts it into requests, and the box has a placeholder. `env`: the agent and its descendants only.
   * `auto`: the first where it is possible, else the second. `file`: written to this path in the box (0600).
   */
  readonly deliver: 'auto' | 'broker' | 'env' | { readonly file: string };
  /** The only hosts that a brokered value goes to, `host` or `host:port`; undefined: those that are known for its name. */
  readonly hosts?: readonly string[] | undefined;
  /** The agents that get it; undefined: those that name it, or all when no agent names it. */
  readonly agents: readonly string[] | undefined;
}

/** A host directory that the user asks for. */
export interface UserMount {
  readonly source: string;
  readonly target: string;
  readonly write: boolean;
}

/** Who serves the model. */
export type ProviderName = 'anthropic' | 'vertex' | 'bedrock' | 'openai' | 'google' | 'copilot';

/** The provider of one agent, as the configuration names it. */
export interface Provider {
  readonly name: ProviderName;
  /** An endpoint in the place of the provider's own: a company's model gateway, Azure, GitHub Enterprise. No slash at its end. */
  readonly baseUrl: string | undefined;
  /** Extra headers of each request; a plain value, or where its value is. */
  readonly headers: Readonly<Record<string, string | CredentialSource>>;
  /** Extra parameters of each request's address (Azure's api-version). */
  readonly query: Readonly<Record<string, string>>;
  /** vertex: the Google Cloud project. */
  readonly project: string | undefined;
  /** vertex and bedrock. */
  readonly region: string | undefined;
  /** vertex: file with application default credentials or a service account's key; absolute. */
  readonly adc: string | undefined;
  /** bedrock: a profile of the AWS command line, exported by `aws configure export-credentials`. */
  readonly profile: string | undefined;
}

/** What an agent may do without asking, must ask for, and may not do; each entry in the agent's own terms. */
export interface Permissions {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
}

/** Languages by their names, at versions such as `22`, `3.12` or `1.24.1`. */
export type Toolchains = Readonly<Partial<Record<'node' | 'python' | 'go' | 'rust' | 'java', string>>>;

/** A rule or preset as the user wrote it, and where. */
export interface RuleText {
  readonly text: string;
  /** For people: `config`, `--allow`. */
  readonly from: string;
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
  /** Rules and presets for the gateway; see src/network/policy. */
  readonly allow: readonly RuleText[];
  /** These win over everything that allows. */
  readonly deny: readonly RuleText[];
  /** By port of the box: where it is reached from this machine. */
  readonly ports: Readonly<Record<string, readonly Publish[]>>;
  /** By port of the box: the TCP service that is found there. */
  readonly forward: Readonly<Record<string, Forward>>;
  /** The user agrees to a rule for every name. */
  readonly allowAny: boolean;
  /** The company's proxy behind the gateway: `host` (the caller's own), `none`, or its address. */
  readonly proxy: string;
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
  /** A Dockerfile of the user's, built on our base; its folder is the build context. */
  readonly dockerfile: string | undefined;
  /** Debian packages added to the image. */
  readonly packages: readonly string[];
  readonly toolchains: Toolchains;
  /** Take the image from the project's devcontainer.json, once the user has agreed to its content. */
  readonly devcontainer: boolean;
  /** By agent. */
  readonly providers: Readonly<Record<string, Provider>>;
  /** By agent. */
  readonly permissions: Readonly<Record<string, Permissions>>;
  /** The agent's directory on the host is its state, login and history included, writable. */
  readonly shareHostLogin: boolean;
  /** A copy of the host's login includes its refresh token. */
  readonly shareRefresh: boolean;
  /** What runs in the box may use the caller's SSH agent. */
  readonly sshAgent: boolean;
  /** `auto`: the agent works without asking, the box is the wall. `ask`: as the agent does by itself. */
  readonly autonomy: 'auto' | 'ask';
  /** What the box gets of the project. */
  readonly workspace: 'bind' | 'clone' | 'readonly';
  /** A clone takes files along that git does not track. */
  readonly untracked: boolean;
  /** Paths and patterns inside the project, relative to it. */
  readonly mask: readonly string[];
  readonly unmask: readonly string[];
  readonly protect: readonly string[];
  readonly unprotect: readonly string[];
  /** Refuse what is otherwise only warned about. */
  readonly strict: boolean;
  readonly workspacePath: '/workspace' | 'same';
  /** Folders whose projects belong to this client. */
  readonly projects: readonly string[];
  /** The engine's flags from `--engine-arg`, already checked against the closed table. */
  readonly engineArgs: Readonly<Record<string, string>>;
}
