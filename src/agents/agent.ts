/** What agentbox knows of an agent. One file an agent; nothing else in the program names one. */
export interface Agent {
  readonly name: string;
  /** For people: `Claude Code`. */
  readonly title: string;
  /** The folder in images/. */
  readonly image: string;
  /** The npm package whose version is pinned in images/versions.json; undefined for the shell. */
  readonly package: string | undefined;
  /** The command line in the box, without the user's own arguments. */
  readonly command: (options: { readonly autonomy: 'auto' | 'ask'; readonly resume: boolean }) => readonly string[];
  /** Command line for the user's arguments when they replace the command (agent `shell`: ARGS is the argv). */
  readonly argsAreCommand: boolean;
  /** Prints the version, for checks of an image. */
  readonly versionCommand: readonly string[];
  /** The directory in the box that keeps the agent's settings and conversations. */
  readonly stateDir: string;
  /** The agent guards its state directory with file locks, which do not reach from one gVisor sandbox to another. */
  readonly locksState: boolean;
  /** Environment, not secret. */
  readonly env: Readonly<Record<string, string>>;
  /** Credential names the agent understands, strongest first; a credential with such a name goes to no other agent. */
  readonly credentials: readonly string[];
  /** Environment, not secret, added when one of `credentials` is in the environment of the box. */
  readonly guardEnv: Readonly<Record<string, string>>;
  /** Variables that say that another provider serves the agent, with credentials that agentbox cannot judge. */
  readonly otherProviders: readonly string[];
  /** Its own login, when it has one that is a file. */
  readonly login: AgentLogin | undefined;
  /** Entries of an `agent_config` folder that are linked into the state directory. */
  readonly configEntries: readonly string[];
  /** What must be in the state directory so that no first-run question is asked; pure. */
  readonly firstRun: (facts: FirstRunFacts) => readonly SeedFile[];
}

/** An agent's own login. */
export interface AgentLogin {
  /** The login file, relative to the state directory. */
  readonly file: string;
  /** Starts the login in a box (`agentbox login`). */
  readonly command: readonly string[];
  /** Where the host keeps its own: a file, and on macOS keychain items, the likeliest first. */
  readonly host: (
    env: Readonly<Record<string, string | undefined>>,
    home: string,
  ) => { readonly file: string; readonly keychain: readonly string[] };
  /** Reads a login; undefined when the text is not one. */
  readonly parse: (text: string) => ParsedLogin | undefined;
}

/** What agentbox needs to know of a login. */
export interface ParsedLogin {
  /** It holds a refresh token, so the agent renews it by itself. */
  readonly renews: boolean;
  /** The login file with this login in it, without its refresh token, so that a copy cannot log the others out. */
  readonly copyInto: (existing: string | undefined) => string;
  /** When its access token ends, in milliseconds since 1970; undefined when it does not say. */
  readonly expires: number | undefined;
}

/** What first-run seeds depend on. `existing` is a file of the state directory as it is now, or undefined. */
export interface FirstRunFacts {
  readonly autonomy: 'auto' | 'ask';
  readonly workspace: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly existing: (file: string) => string | undefined;
}

/** A file to write in the state directory, by the entrypoint, inside the box. */
export interface SeedFile {
  readonly file: string;
  readonly content: string;
}

/** The home directory in every box: memory, gone with the box. */
export const HOME = '/home/agent';
