import type { Blocked } from './keeper/protocol.ts';
import { nearestRule } from './policy/nearestRule.ts';

/** How many hosts are named; an agent that tries many says little with the rest. */
const NAMED = 5;
/** What a rule can open; nothing else is worth a command. */
const OPENED_BY_A_RULE = ['not-allowed'];

/** What to say at the end of a run of what was blocked: how often, and the command that would allow it. Pure. */
export function blockedLines(blocked: readonly Blocked[], client: string): readonly string[] {
  if (blocked.length === 0) return [];
  const total = blocked.reduce((sum, { count }) => sum + count, 0);
  const named = blocked.slice(0, NAMED).map(({ host, port, count }) => `${nearestRule(host, port)} (${count})`);
  const more = blocked.length - named.length;
  const rules = blockedRules(blocked.slice(0, NAMED));
  return [
    `the gateway blocked ${total} ${total === 1 ? 'request' : 'requests'}: ${named.join(', ')}${more > 0 ? `, and ${more} more hosts (agentbox net log --client ${client})` : ''}`,
    ...(rules.length === 0 ? [] : [`to allow: agentbox net allow --client ${client} --save ${rules.join(' ')}`]),
  ];
}

/** The rules that would let through what was blocked, of all that a rule can. Pure. */
export function blockedRules(blocked: readonly Blocked[]): readonly string[] {
  return blocked
    .filter(({ reason, address }) => OPENED_BY_A_RULE.includes(reason) || address !== undefined)
    .map(({ host, port, address }) => nearestRule(address ?? host, port));
}
