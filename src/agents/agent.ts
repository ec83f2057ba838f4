import type { Permissions, Provider, ProviderName } from '../config/profile.ts';
import type { UsageLog } from '../usage/usageLog.ts';

/** What agentbox knows of an agent. One file an agent; nothing else in the program names one. */
export interface Agent {
  readonly name: string;
  /** For people: `Claude Code`. */
  readonly title: string;
  /** The folder in images/. */
  readonly image: string;
  /** The npm package whose version is pinned in images/versions.json; undefined for the shell. */
  readonly package: string | undefined;
  /**
   * The command line in the box, without the user's own arguments. It is in the container's configuration for all to read,
   * so nothing secret has a place in it. Pure; throws UserError('config') for permissions or a provider it cannot express.
   */
  readonly command: (run: RunFacts) => readonly string[];
  /** The user's arguments when the last conversation goes on, for an agent that says so behind a subcommand of theirs. */
  readonly resumedArgs?: (args: readonly string[]) => readonly string[];
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
  /** How each provider that can serve the agent does so. */
  readonly providers: Readonly<Partial<Record<ProviderName, ProviderWiring>>>;
  /** The providers any of which may serve when the profile names none; empty for an agent that needs none. */
  readonly defaultProviders: readonly ProviderName[];
  /** Rules of the policy for what it needs besides its provider, such as its own updates of models; few. */
  readonly hosts: readonly string[];
  /** Environment, not secret, added when a credential of the provider is in the environment of the box. */
  readonly guardEnv: Readonly<Record<string, string>>;
  /** Variables that say that another provider serves the agent, with credentials that agentbox cannot judge. */
  readonly otherProviders: readonly string[];
  /** Its own login, when it has one that is a file. */
  readonly login: AgentLogin | undefined;
  /** Its directory on the host, for `share_host_login`; absent: agentbox cannot share it. */
  readonly hostDirectory?: HostDirectory;
  /** Why it cannot. */
  readonly unshared?: string;
  /** Links in the box's home, by path relative to it, to paths relative to the state directory, for agents that keep state in several places. */
  readonly homeLinks: Readonly<Record<string, string>>;
  /** Entries of an `agent_config` folder that are linked into the state directory. */
  readonly configEntries: readonly string[];
  /** Where it notes what its model's replies took; absent: it does not. */
  readonly usage?: UsageLog;
  /** What must be in the state directory so that no first-run question is asked; pure. */
  readonly firstRun: (facts: FirstRunFacts) => readonly SeedFile[];
}

/** How one provider serves an agent. */
export interface ProviderWiring {
  /** Credential names it takes, strongest first; with this provider in force such a credential goes to no agent that does not take it. */
  readonly credentials: readonly string[];
  /** Further names that serve and that other agents have their own use for (GITHUB_TOKEN): they go where they went anyway. */
  readonly alsoServedBy: readonly string[];
  /** The agent's own login serves this provider. */
  readonly login: boolean;
  /**
   * The hosts that its requests go to, exact, as `host` or `host:port`: what the gateway lets through and the only ones that a
   * brokered credential of it is put in for. Pure.
   */
  readonly hosts: (provider: Provider | undefined) => readonly string[];
  /** Which of the optional settings the agent can express; the others are refused by name. */
  readonly takes: readonly ('baseUrl' | 'headers' | 'query')[];
  /** Variables that turn the agent to this provider, with the values of its headers; they travel over the pipe. Pure. */
  readonly env: (provider: Provider, headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** What the command line of an agent depends on. */
export interface RunFacts {
  readonly autonomy: 'auto' | 'ask';
  readonly resume: boolean;
  /** Where the project is in the box. */
  readonly workspace: string;
  /** The provider that the profile names for this agent; undefined: the agent's own default. */
  readonly provider: Provider | undefined;
  readonly permissions: Permissions | undefined;
  /** The names of the variables that travel over the pipe; absent where they are not known yet. */
  readonly variables?: readonly string[];
}

/** An agent's own login. */
export interface AgentLogin {
  /** The login file, relative to the state directory. */
  readonly file: string;
  /** Rules of the policy for making and renewing it. */
  readonly hosts: readonly string[];
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
  /** The login file with this login in it; without `withRefresh` it lacks the refresh token, so that a copy cannot log the others out. */
  readonly copyInto: (existing: string | undefined, withRefresh: boolean) => string;
  /** When its access token ends, in milliseconds since 1970; undefined when it does not say. */
  readonly expires: number | undefined;
  /** What stays until it is used up or somebody logs in again (the refresh token); absent: the whole login. */
  readonly rotates?: string;
}

/** An agent's own directory on the host, where a box may have it as its state. */
export interface HostDirectory {
  /** Where it is. */
  readonly path: (env: Readonly<Record<string, string | undefined>>, home: string) => string;
  /** What at its top the agent on the host runs or obeys, by name or as `*` and how names end, and why a box may not write it. */
  readonly covered: Readonly<Record<string, string>>;
  /** First-run files that only boxes use there; where one is missing it may begin with what is safe to take of a file of the host. */
  readonly seeds: Readonly<
    Record<string, { readonly from: (home: string) => string; readonly keys: readonly string[] } | undefined>
  >;
  /** On macOS the login is in the keychain, so it is not shared. */
  readonly keychain: boolean;
  /** Why it cannot be shared for such a run, since the other first-run files stay the host's; undefined when it can. Pure. */
  readonly refuses?: (facts: FirstRunFacts) => string | undefined;
}

/** What first-run seeds depend on. `existing` is a file of the state directory as it is now, or undefined. */
export interface FirstRunFacts extends Omit<RunFacts, 'resume' | 'variables'> {
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
