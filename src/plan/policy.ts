import type { Agent, ProviderWiring } from '../agents/agent.ts';
import { wiringsOf } from '../agents/serving.ts';
import type { Profile } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import { evaluateName } from '../network/policy/evaluate.ts';
import { parseRule, type Registries, rulesOf } from '../network/policy/parse.ts';
import type { Policy, Rule } from '../network/policy/policy.ts';
import { type Forward, placeOf } from '../network/ports/forward.ts';

type Settings = Pick<Profile, 'allow' | 'deny' | 'forward' | 'providers' | 'credentials'>;

/** Every request is held against every rule. */
const MOST_RULES = 1000;

/**
 * What a box may reach: what the user denies and allows, the services that are forwarded to it, what the agent and its provider need, and what its login needs,
 * when one is being made (`login`) or may be what serves. `registries` are those of this machine, by preset. Pure; throws
 * UserError('config') for a text that is no rule, and for too many.
 */
export function policyOf(
  profile: Settings,
  agent: Agent,
  { login, registries }: { readonly login: boolean; readonly registries: Registries },
): Policy {
  const named = (texts: readonly string[]) =>
    texts.flatMap((text) => rulesOf(text, { verdict: 'allow', from: agent.name }, registries));
  const wirings = wiringsOf(profile, agent);
  const needsLogin = login || wirings.some((wiring) => loginMayServe(profile, wiring));
  const rules = [
    ...profile.deny.flatMap(({ text, from }) => rulesOf(text, { verdict: 'deny', from }, registries)),
    ...profile.allow.flatMap(({ text, from }) => rulesOf(text, { verdict: 'allow', from }, registries)),
    ...Object.values(profile.forward).map((one) => parseRule(placeOf(one), { verdict: 'allow', from: one.from })),
    ...named(agent.hosts),
    ...named(wirings.flatMap(({ hosts }) => hosts(profile.providers[agent.name]))),
    ...named(needsLogin ? (agent.login?.hosts ?? []) : []),
  ];
  if (rules.length > MOST_RULES) {
    throw new UserError('config', `the policy has ${rules.length} rules`, {
      why: `at most ${MOST_RULES} are possible`,
    });
  }
  return { rules: withoutRepeats(rules) };
}

/** Throws UserError('config') for a service that is forwarded to the box and denied by a rule. Pure. */
export function refuseDenied(policy: Policy, forwards: readonly Forward[], now: number): void {
  for (const forward of forwards) {
    const answer = evaluateName(policy, [], { ...forward, now });
    if (answer.verdict === 'allow') continue;
    const rule = answer.rule === undefined ? answer.reason : `${answer.rule.text} (${answer.rule.from})`;
    throw new UserError('config', `${placeOf(forward)} (${forward.from}) cannot be forwarded: a rule denies it`, {
      why: `${rule} wins over every rule that allows`,
      next: ['take one of the two away'],
    });
  }
}

/** A credential of the configuration serves before the login does; without one nobody knows before the agent runs. */
function loginMayServe({ credentials }: Pick<Profile, 'credentials'>, wiring: ProviderWiring): boolean {
  return wiring.login && !wiring.credentials.some((name) => credentials[name] !== undefined);
}

function withoutRepeats(rules: readonly Rule[]): readonly Rule[] {
  const keys = rules.map(({ verdict, target }) => JSON.stringify([verdict, target]));
  return rules.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}
