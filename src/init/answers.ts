import type { Degradable, Profile } from '../config/profile.ts';
import type { ClientEntries } from '../config/putClient.ts';
import type { StoreKind } from '../credentials/store.ts';
import type { EngineKind } from '../plan/spec.ts';
import type { Tools } from './languages.ts';

/** Where the value of a client's credential is to come from. */
export type KeySource =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly keychain: string }
  /** A value that is asked for now, and kept. */
  | { readonly store: StoreKind };

/** One credential of a client: the variable that the agent knows it by, and its source. */
export interface Key {
  readonly name: string;
  readonly source: KeySource;
}

/** All that is to be known of a client to set it up. */
export interface Answers {
  readonly client: string;
  /** The first is the one that runs when none is named. */
  readonly agents: readonly string[];
  /** Folders that are to belong to it; absolute. */
  readonly projects: readonly string[];
  /** One that was asked for by name. */
  readonly engine: EngineKind | undefined;
  readonly keys: readonly Key[];
  /** `host`: a copy of this machine's login; undefined: as it is. */
  readonly login: 'host' | undefined;
  /** The agents that are to log in in the box. */
  readonly logins: readonly string[];
  /** The agents that nothing serves yet. */
  readonly later: readonly string[];
  readonly allow: readonly string[];
  readonly tools: Tools;
  readonly workspace: Profile['workspace'] | undefined;
  /** Limits to do without. */
  readonly allowDegraded: readonly Degradable[];
}

/** The answers as settings: what holds already by `before` is not said again, but for the agent of a new client. Pure. */
export function entriesOf(answers: Answers, before: Profile, isNew: boolean): ClientEntries {
  const { client, agents, projects, engine, keys, login, allow, tools, workspace, allowDegraded } = answers;
  const [agent] = agents;
  const allowed = before.allow.map(({ text }) => text);
  const credentials = keys.filter(({ name, source }) => !isThere(before, name, source));
  return {
    ...some('projects', client === 'default' ? [] : projects),
    ...(agent === undefined || (agent === before.agent && !isNew) ? {} : { agent }),
    ...(engine === undefined || engine === before.engine ? {} : { engine }),
    ...(login === undefined || login === before.login ? {} : { login }),
    ...(credentials.length === 0
      ? {}
      : { credentials: Object.fromEntries(credentials.map(({ name, source }) => [name, source])) }),
    ...some(
      'allow',
      allow.filter((rule) => !allowed.includes(rule)),
    ),
    ...(workspace === undefined || workspace === before.workspace ? {} : { workspace }),
    ...some(
      'packages',
      tools.packages.filter((name) => !before.packages.includes(name)),
    ),
    ...(Object.keys(tools.toolchains).length === 0 ? {} : { toolchains: tools.toolchains }),
    ...some(
      'allow_degraded',
      allowDegraded.filter((name) => !before.allowDegraded.includes(name)),
    ),
  };
}

/** One that is kept is not named by its source alone: its value may have to be given again. */
function isThere({ credentials }: Profile, name: string, source: KeySource): boolean {
  return JSON.stringify(credentials[name]?.source) === JSON.stringify(source);
}

function some<K extends string, T>(key: K, values: readonly T[]): { readonly [_ in K]?: T[] } {
  return values.length === 0 ? {} : ({ [key]: [...values] } as { [_ in K]: T[] });
}
