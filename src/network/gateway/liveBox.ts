import type { Rule } from '../policy/policy.ts';
import type { GatewayBox, GatewayState } from '../protocol.ts';
import type { Authority } from './authority.ts';
import type { Events } from './events.ts';
import type { Holds } from './hold.ts';
import type { Limits } from './limits.ts';
import type { Resolution } from './resolve.ts';
import type { Slots } from './slots.ts';
import type { Turns } from './turns.ts';

/** What all boxes of a gateway share. */
export interface Gateway {
  readonly now: () => number;
  readonly limits: Limits;
  readonly turns: Turns;
  readonly resolution: Resolution;
  readonly events: Events;
  readonly holds: Holds;
}

/** A box as the gateway serves it now; a new state changes it in place. */
export interface LiveBox {
  readonly name: string;
  config: GatewayBox;
  state: GatewayState;
  /** The live rules that are about this box. */
  live: readonly Rule[];
  readonly slots: Slots;
  /** A new state has it no more. */
  gone: boolean;
  /** What it has open, to be cut when a new state allows it no more. */
  readonly open: Set<OpenConnection>;
}

/** An allowed connection that has not ended. */
export interface OpenConnection extends Authority {
  /** The address it goes to; undefined behind the company's proxy, or while there is none yet. */
  address: string | undefined;
  /** The rules that count for it besides the policy's and the live ones: an answer of somebody who watches. */
  readonly extra: readonly Rule[];
  cut(): void;
}

/** The live rules of a state that are about a box. Pure. */
export function liveRules(state: GatewayState, box: string): readonly Rule[] {
  return state.live.filter((live) => live.box === undefined || live.box === box).map(({ rule }) => rule);
}
