import type { Decision } from '../protocol.ts';
import type { Events } from './events.ts';
import type { LiveBox } from './liveBox.ts';

/** How a held request goes on: somebody said so, or the policy is to be asked again. */
export type Outcome = 'allow' | 'deny' | 'again';

/** Whom a held request belongs to, and what it wants. */
export interface Wish {
  readonly box: LiveBox;
  readonly host: string;
  readonly port: number;
  readonly kind: Decision['kind'];
}

interface Held {
  readonly wish: Wish;
  readonly waiters: ((outcome: Outcome) => void)[];
  readonly timer: NodeJS.Timeout;
}

/** Requests that no rule allows, held while somebody watches who may allow them. */
export class Holds {
  private readonly held = new Map<string, Held>();
  private readonly events: Events;
  private readonly limits: { readonly holdMs: number; readonly held: number };

  constructor(events: Events, limits: { readonly holdMs: number; readonly held: number }) {
    this.events = events;
    this.limits = limits;
  }

  /** Holds a request; one question is asked for all that want the same. The outcome is `deny` when nobody answers. */
  hold(wish: Wish): Promise<Outcome> {
    const same = ({ wish: { box, host, port } }: Held) => box === wish.box && host === wish.host && port === wish.port;
    const ofBox = [...this.held.values()].filter(({ wish: { box } }) => box === wish.box);
    if (ofBox.reduce((sum, { waiters }) => sum + waiters.length, 0) >= this.limits.held) return Promise.resolve('deny');
    const held = ofBox.find(same) ?? this.ask(wish);
    return new Promise((resolve) => held.waiters.push(resolve));
  }

  /** What was answered to one question; one that is no more open is left alone. */
  answer(id: string, verdict: 'allow' | 'deny'): void {
    this.settle(id, verdict);
  }

  /** A new state is in force: all that is held asks the policy again. */
  recheck(stillHeld: (wish: Wish) => boolean): void {
    for (const [id, { wish }] of this.held) if (!stillHeld(wish)) this.settle(id, 'again');
  }

  private ask({ box, host, port, kind }: Wish): Held {
    const decided = {
      box: box.name,
      host,
      port,
      kind,
      verdict: 'deny',
      reason: 'not-allowed',
      rule: undefined,
    } as const;
    const decision = this.events.decision(decided);
    const timer = setTimeout(() => this.settle(decision.id, 'deny'), this.limits.holdMs);
    const held = { wish: { box, host, port, kind }, waiters: [], timer };
    this.held.set(decision.id, held);
    this.events.send({ event: 'held', held: decision.id, decision });
    return held;
  }

  private settle(id: string, outcome: Outcome): void {
    const held = this.held.get(id);
    if (held === undefined) return;
    this.held.delete(id);
    clearTimeout(held.timer);
    for (const waiter of held.waiters) waiter(outcome);
  }
}
