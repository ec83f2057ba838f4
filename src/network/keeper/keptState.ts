import { randomUUID } from 'node:crypto';
import type { Rule } from '../policy/policy.ts';
import type { GatewayBox, GatewayState, LiveRule, Upstream } from '../protocol.ts';
import type { KeptSecret } from './protocol.ts';

/** A box with what the keeper knows to renew its secrets. The gateway gets it whole, so that a new keeper finds it there. */
export type KeptBox = Omit<GatewayBox, 'brokered'> & { readonly brokered: readonly KeptSecret[] };

/** Everything that a keeper holds for its gateway. */
export interface KeptState {
  readonly boxes: Map<string, KeptBox>;
  live: readonly LiveRule[];
  upstream: Upstream | undefined;
  authorities: string;
  watched: boolean;
}

/** Nothing known yet. */
export function emptyState(): KeptState {
  return { boxes: new Map(), live: [], upstream: undefined, authorities: '', watched: false };
}

/** What the gateway is to be told. Pure. */
export function gatewayState(state: KeptState): GatewayState {
  const { live, upstream, authorities, watched } = state;
  return { format: 1, boxes: [...state.boxes.values()], live, upstream, authorities, watched };
}

/** Takes over what a gateway already knows, but for what is known better here. */
export function adopt(state: KeptState, known: GatewayState): void {
  for (const box of known.boxes) if (!state.boxes.has(box.name)) state.boxes.set(box.name, box);
  const own = new Set(state.live.map(({ id }) => id));
  state.live = [...known.live.filter(({ id }) => !own.has(id)), ...state.live];
  state.upstream ??= known.upstream;
  state.authorities ||= known.authorities;
}

/** Adds a live rule in the place of those with the same words for the same box; gives its id. */
export function addRule(state: KeptState, rule: Rule, box: string | undefined): string {
  const id = randomUUID();
  forgetRules(state, rule.text, box);
  state.live = [...state.live, { id, rule, box }];
  return id;
}

/** Takes live rules of these words away; gives how many. */
export function forgetRules(state: KeptState, text: string, box: string | undefined): number {
  const before = state.live.length;
  state.live = state.live.filter((live) => live.rule.text !== text || live.box !== box);
  return before - state.live.length;
}

/** Forgets a box and the live rules for it alone; true when it was known. */
export function forgetBox(state: KeptState, name: string): boolean {
  state.live = state.live.filter(({ box }) => box !== name);
  return state.boxes.delete(name);
}

/** Takes away live rules whose time is up; milliseconds since 1970. True when there were any. */
export function forgetExpired(state: KeptState, now: number): boolean {
  const before = state.live.length;
  state.live = state.live.filter(({ rule }) => rule.until === undefined || rule.until > now);
  return state.live.length < before;
}
