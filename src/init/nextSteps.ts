import { agentOf } from '../agents/index.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import { setCommand } from '../credentials/store.ts';

/** Where a client's run would be, and what it still needs. */
export interface Ready {
  readonly client: string;
  readonly agent: string;
  /** The folder belongs to the client, so that it need not be named there. */
  readonly isOwn: boolean;
  readonly isProject: boolean;
  /** The agents that are to log in first. */
  readonly logins: readonly string[];
  /** The variables that are to get a key first. */
  readonly keys: readonly string[];
  /** Limits that the engine cannot hold and that nobody gave up: no box runs without them. */
  readonly limits: readonly string[];
}

/** The command that runs a client's agent, as it is typed in this folder. Pure. */
function runLine({ client, isOwn, isProject }: Pick<Ready, 'client' | 'isOwn' | 'isProject'>): string {
  const named = isOwn || client === DEFAULT_CLIENT ? '' : ` --client ${client}`;
  return isProject ? `agentbox run${named}` : `cd PROJECT && agentbox run${named}`;
}

/** What is to be typed next, in order. Pure. */
export function nextSteps(ready: Ready): readonly string[] {
  const { client, agent, logins, keys, limits } = ready;
  return [
    ...(limits.length === 0 ? [] : [`agentbox doctor, which says how limits on ${limits.join(', ')} could hold`]),
    ...keys.map((name) => setCommand({ client, name })),
    ...logins.map((name) => `agentbox login --client ${client}${name === agent ? '' : ` --agent ${name}`}`),
    runLine(ready),
  ];
}

/** The question whether to go on with a run. Pure. */
export function runQuestion({ agent, logins }: Pick<Ready, 'agent' | 'logins'>): string {
  const { title } = agentOf(agent);
  return logins.includes(agent) ? `Log ${title} in and start it here now?` : `Start ${title} here now?`;
}
