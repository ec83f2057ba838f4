import type { Agent } from '../agents/agent.ts';
import { AGENT_NAMES, AGENTS } from '../agents/index.ts';
import { credentialNames, servingNames } from '../agents/serving.ts';
import { NO_FLAGS } from '../config/flags.ts';
import type { LoadedConfig } from '../config/load.ts';
import { profileOf } from '../config/merge.ts';
import { CLIENT_NAME } from '../config/names.ts';
import type { Degradable, Profile } from '../config/profile.ts';
import type { EngineFacts } from '../engine/engine.ts';
import { UsageError } from '../errors.ts';
import type { EngineKind } from '../plan/spec.ts';
import type { Answers } from './answers.ts';
import { askKeys } from './askKeys.ts';
import { askNetwork, askTools } from './askProject.ts';
import { proposedName } from './clientName.ts';
import { type KeyFrom, usualName } from './keyFrom.ts';
import type { Found } from './look.ts';
import type { Questions } from './questions.ts';

/** Answers that the command line gave. */
export interface Given {
  readonly client?: string | undefined;
  readonly agents?: readonly string[] | undefined;
  readonly keyFrom?: readonly KeyFrom[] | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly workspace?: Profile['workspace'] | undefined;
  /** Absolute. */
  readonly projects?: readonly string[] | undefined;
  readonly engine?: EngineKind | undefined;
  /** To do without the limits that the engine cannot hold. */
  readonly withoutLimits?: boolean | undefined;
}

/** What questions go by; `questions` undefined: nobody is there, and what is not given is left as it is. */
export interface Asking {
  readonly found: Found;
  readonly config: LoadedConfig;
  readonly given: Given;
  readonly questions: Questions | undefined;
  /** The client has a login of the agent's own already. */
  readonly hasLogin: (profile: Profile, agent: Agent) => boolean;
}

/** The client's name, given or asked for. Throws UsageError for one that is none, or that this folder does not belong to. */
export async function askClient({ found, given, questions }: Asking): Promise<string> {
  const problem = (name: string) => {
    if (!CLIENT_NAME.test(name)) return 'lower case, digits and -, at most 31, such as acme';
    if (found.owner === undefined || name === found.owner || given.projects !== undefined) return undefined;
    return `this folder belongs to client ${found.owner}`;
  };
  if (given.client === undefined && questions !== undefined) {
    const message = 'Whose work is this? (a name for the client)';
    return questions.text({ message, initial: found.owner ?? proposedName(found), check: problem });
  }
  const name = given.client ?? found.owner;
  if (name === undefined) throw new UsageError('--yes needs the name of the client', ['--client acme']);
  const wrong = problem(name);
  if (wrong === undefined) return name;
  throw new UsageError(`client ${JSON.stringify(name)}: ${wrong}`, ['--client NAME, or another folder']);
}

/** Everything else of a client, asked for where nobody gave it. Throws CancelledError on Ctrl-C. */
export async function askRest(
  asking: Asking,
  client: string,
): Promise<{ readonly answers: Answers; readonly before: Profile }> {
  const { found, config, given } = asking;
  const clients = new Map([[client, {}], ...config.clients]);
  const before = profileOf({ ...config, clients }, client, NO_FLAGS, AGENT_NAMES).profile;
  const isNew = !config.clients.has(client);
  const agents = await askAgents(asking, before, isNew);
  const keys = await askKeys(asking, before, agents.length === 0 ? [before.agent] : agents);
  const allow = await askNetwork(asking, before);
  const tools = await askTools(asking, before);
  const workspace = await askWorkspace(asking, before);
  const allowDegraded = await askLimits(asking, before);
  // To one that is there, a folder is added only when a person sees it.
  const claimed = isNew || asking.questions !== undefined ? found.unclaimed : undefined;
  const projects = given.projects ?? (claimed === undefined ? [] : [claimed]);
  const { engine } = given;
  return { answers: { client, agents, projects, engine, ...keys, allow, tools, workspace, allowDegraded }, before };
}

async function askAgents(
  { found, given, questions }: Asking,
  before: Profile,
  isNew: boolean,
): Promise<readonly string[]> {
  const other = given.agents?.find((name) => !before.agents.includes(name));
  if (other !== undefined) {
    throw new UsageError(`client ${before.client} may not run ${other}`, [`its agents: ${before.agents.join(', ')}`]);
  }
  if (given.agents !== undefined) return given.agents;
  if (questions === undefined) return [];
  const choices = AGENTS.filter(({ name }) => before.agents.includes(name)).map((agent) => {
    const set = servingNames(before, agent).find((name) => found.variables.includes(name));
    const isLoggedIn = found.logins.includes(agent.name);
    const hint = isLoggedIn ? 'logged in here' : set === undefined ? undefined : `${set} is set`;
    // Of the agents that a key serves, the one whose own it is.
    const isOwn = isLoggedIn || (set !== undefined && set === usualName(credentialNames(before, agent)));
    return { value: agent.name, label: agent.title, hint, isOwn };
  });
  const likely = isNew ? (choices.find(({ isOwn }) => isOwn) ?? choices.find(({ hint }) => hint))?.value : undefined;
  const chosen = await questions.several({
    message: 'Which agents?',
    choices,
    initial: [likely ?? before.agent],
    needed: true,
  });
  // The one that the client had stays the one that runs.
  return [...chosen].sort((a, b) => Number(!isNew && b === before.agent) - Number(!isNew && a === before.agent));
}

async function askWorkspace(
  { found, given, questions }: Asking,
  before: Profile,
): Promise<Profile['workspace'] | undefined> {
  if (given.workspace !== undefined || questions === undefined) return given.workspace;
  return questions.one<Profile['workspace']>({
    message: 'What do boxes get of a project?',
    choices: [
      { value: 'bind', label: 'its files', hint: 'the agent changes them in place' },
      ...(found.project.isRepository || found.refused !== undefined
        ? [{ value: 'clone' as const, label: 'a copy', hint: 'you review it: agentbox diff, agentbox apply' }]
        : []),
      { value: 'readonly', label: 'its files, read-only', hint: 'what it makes is left in a folder beside' },
    ],
    initial: before.workspace,
  });
}

async function askLimits({ found, given, questions }: Asking, before: Profile): Promise<readonly Degradable[]> {
  const lost = lostLimits(found, before);
  if (lost.length === 0) return [];
  if (given.withoutLimits !== undefined || questions === undefined)
    return given.withoutLimits ? lost.map(asWritten) : [];
  const why = `${found.engine?.kind} cannot limit ${lost.join(', ')} here (agentbox doctor says how it could).`;
  return (await questions.yes(`${why} Run boxes without?`, false)) ? lost.map(asWritten) : [];
}

/** The limits that the engine cannot hold and that the client has not given up. Pure. */
export function lostLimits({ engine }: Found, before: Profile): EngineFacts['ignoredLimits'] {
  return (engine?.ignoredLimits ?? []).filter((name) => !before.allowDegraded.includes(asWritten(name)));
}

const asWritten = (name: EngineFacts['ignoredLimits'][number]): Degradable => `${name}-limit`;
