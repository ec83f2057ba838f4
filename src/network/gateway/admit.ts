import { isIP } from 'node:net';
import { evaluateAddress, evaluateName } from '../policy/evaluate.ts';
import { nearestRule } from '../policy/nearestRule.ts';
import type { Answer, Rule, Target } from '../policy/policy.ts';
import { type Authority, writeAuthority } from './authority.ts';
import type { Decided } from './events.ts';
import type { Gateway, LiveBox, OpenConnection } from './liveBox.ts';
import { type About, Refused } from './refuse.ts';

/** Allowed: the rule that decided, and what counts besides the policy for this one request. */
export interface Admitted {
  readonly rule: Rule;
  readonly extra: readonly Rule[];
}

/** The policy's answer for a host and port as the state is now, before anything is resolved. Pure but for the clock. */
export function answerFor(gateway: Gateway, box: LiveBox, to: Authority, extra: readonly Rule[] = []): Answer {
  return evaluateName(box.config.policy, [...box.live, ...extra], { ...to, now: gateway.now() });
}

/** The policy's answer for one address of a host. Pure but for the clock. */
export function answerForAddress(
  gateway: Gateway,
  box: LiveBox,
  to: Authority & { readonly address: string },
  extra: readonly Rule[],
): Answer {
  return evaluateAddress(box.config.policy, [...box.live, ...extra], { ...to, now: gateway.now() });
}

/** Lets a request pass that the policy allows, or somebody who watches. Throws Refused. */
export async function admit(gateway: Gateway, box: LiveBox, to: Authority, kind: Decided['kind']): Promise<Admitted> {
  if (gateway.events.full) throw new Refused('busy', to);
  for (;;) {
    if (box.gone) throw new Refused('not-ready', to);
    const answer = answerFor(gateway, box, to);
    if (answer.verdict === 'allow') return { rule: answer.rule, extra: [] };
    if (answer.reason !== 'not-allowed' || !box.state.watched) throw refusedBy(answer, to);
    const outcome = await gateway.holds.hold({ box, ...to, kind });
    if (outcome === 'deny') throw refusedBy(answer, to);
    if (outcome === 'allow') return onceAllowed(to);
  }
}

/** Whether a held request still has to wait: no rule decides it, and somebody watches. */
export function stillHeld(gateway: Gateway, box: LiveBox, to: Authority): boolean {
  const answer = answerFor(gateway, box, to);
  return answer.verdict === 'deny' && answer.reason === 'not-allowed' && box.state.watched;
}

/** Whether an open connection would still be allowed. */
export function stillAllowed(gateway: Gateway, box: LiveBox, open: OpenConnection): boolean {
  const { host, port, address, extra } = open;
  const answer =
    address === undefined
      ? answerFor(gateway, box, { host, port }, extra)
      : answerForAddress(gateway, box, { host, port, address }, extra);
  return answer.verdict === 'allow';
}

/** The refusal of a policy's answer, with what to ask the user for. Pure. */
export function refusedBy(
  answer: Extract<Answer, { verdict: 'deny' }>,
  to: Authority,
  more: Pick<About, 'detail' | 'address'> = {},
): Refused {
  return new Refused(answer.reason, { ...to, rule: answer.rule, ask: askFor(answer.reason, to), ...more });
}

function askFor(reason: string, to: Authority): string | undefined {
  return reason === 'not-allowed' ? nearestRule(to.host, to.port) : undefined;
}

function onceAllowed(to: Authority): Admitted {
  const { host } = to;
  const ports = [to.port];
  const family = isIP(host);
  const target: Target =
    family === 0
      ? { kind: 'host', host, ports }
      : { kind: 'range', address: host, prefix: family === 4 ? 32 : 128, ports };
  const rule: Rule = { verdict: 'allow', target, text: writeAuthority(to), from: 'net watch' };
  return { rule, extra: [rule] };
}
