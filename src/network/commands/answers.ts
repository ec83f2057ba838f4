import type { Keeper } from '../keeper/client.ts';
import { checkHost } from '../policy/host.ts';
import { nearestRule } from '../policy/nearestRule.ts';
import { parseRule } from '../policy/parse.ts';
import type { Verdict } from '../policy/policy.ts';
import type { Decision } from '../protocol.ts';

/** A request that waits for an answer. */
export interface HeldRequest {
  readonly held: string;
  readonly decision: Decision;
}

/** What a key means. */
export interface Choice {
  readonly key: string;
  /** In the question, the key in brackets. */
  readonly label: string;
  readonly verdict: Verdict;
  /** Which requests the answer is for: this one, all of its box, or all of the client. */
  readonly reach: 'once' | 'box' | 'client';
  /** Milliseconds; undefined: until the last box ends. */
  readonly span?: number;
  readonly save?: true;
  /** In the sentence that says it was done. */
  readonly done: string;
}

/** All that can be answered. */
export const CHOICES: readonly Choice[] = [
  { key: 'o', label: '[o]nce', verdict: 'allow', reach: 'once', done: 'allowed once' },
  { key: 'b', label: 'this [b]ox', verdict: 'allow', reach: 'box', done: 'allowed for this box' },
  { key: 'h', label: 'an [h]our', verdict: 'allow', reach: 'client', span: 3_600_000, done: 'allowed for an hour' },
  { key: 'a', label: '[a]lways', verdict: 'allow', reach: 'client', save: true, done: 'allowed, and saved' },
  { key: 'n', label: '[n]ever', verdict: 'deny', reach: 'client', done: 'denied as long as boxes run' },
];

/** The rule that an answer makes. Pure. */
function ruleFor({ decision: { host, port } }: HeldRequest): string {
  return nearestRule(checkHost(host)?.host ?? host, port);
}

/** True when the answer to `one` is an answer to `other`, too. Pure. */
export function covers(choice: Choice, one: HeldRequest, other: HeldRequest): boolean {
  if (one.held === other.held) return true;
  const same = one.decision.host === other.decision.host && one.decision.port === other.decision.port;
  if (!same || choice.reach === 'once') return false;
  return choice.reach === 'client' || one.decision.box === other.decision.box;
}

/** What an answer does besides letting this request go on. */
export interface AnswerDeps {
  readonly keeper: Pick<Keeper, 'ask'>;
  readonly save: (rule: string) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Gives an answer; the gateway has acknowledged its rule when this returns. `waiting` are all requests that it is for. */
export async function give(
  choice: Choice,
  waiting: readonly HeldRequest[],
  { keeper, save, now }: AnswerDeps,
): Promise<void> {
  const [first] = waiting;
  if (first === undefined) return;
  const { verdict, reach, span } = choice;
  if (reach !== 'once') {
    const text = ruleFor(first);
    const rule = {
      ...parseRule(text, { verdict, from: 'net watch' }),
      until: span === undefined ? undefined : now + span,
    };
    await keeper.ask({ op: verdict, rule, box: reach === 'box' ? first.decision.box : undefined });
    if (choice.save) await save(text);
  }
  for (const { held } of waiting) await keeper.ask({ op: 'answer', held, verdict });
}
