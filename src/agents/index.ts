import { suggestion } from '../config/names.ts';
import { UserError } from '../errors.ts';
import type { Agent } from './agent.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';
import { copilot } from './copilot.ts';
import { gemini } from './gemini.ts';
import { opencode } from './opencode.ts';
import { pi } from './pi.ts';
import { shell } from './shell.ts';

/** Every agent; a new one is one file beside this one, one folder in images/, and its name here. */
export const AGENTS: readonly Agent[] = [claude, codex, opencode, gemini, copilot, pi, shell];

/** The names of all agents. */
export const AGENT_NAMES: readonly string[] = AGENTS.map((agent) => agent.name);

/** The agent of a name; throws UserError('config') with the nearest name for one that is not there. */
export function agentOf(name: string): Agent {
  const agent = AGENTS.find((known) => known.name === name);
  if (agent !== undefined) return agent;
  throw new UserError('config', `there is no agent "${name}"`, {
    why: suggestion(name, AGENT_NAMES),
    next: AGENT_NAMES.map((known) => `agentbox run --agent ${known} …`),
  });
}
