import type { Decision } from '../protocol.ts';
import type { Blocked } from './protocol.ts';

/** Different hosts that are counted for a box; one that tries more has made its point. */
const HOSTS = 500;
/** Boxes whose counts are kept after their end, for a launcher that asks late. */
const BOXES = 200;

/** What was blocked, box by box. */
export interface BlockedCounts {
  add(decision: Decision): void;
  /** Most often first. */
  of(box: string): readonly Blocked[];
  drop(box: string): void;
}

/** Counts in memory, bounded whatever boxes do. */
export function blockedCounts(): BlockedCounts {
  const boxes = new Map<string, Map<string, Blocked>>();
  return {
    add({ box, host, port, kind, verdict, reason = 'denied', address: refused }) {
      if (verdict === 'allow') return;
      const hosts = boxes.get(box) ?? new Map<string, Blocked>();
      boxes.set(box, hosts);
      // What a box asks for by itself opens no private address by a word that is only read in passing.
      const address = kind === 'forward' ? refused : undefined;
      const key = JSON.stringify([host, port, reason, address]);
      const count = hosts.get(key)?.count ?? 0;
      if (count > 0 || hosts.size < HOSTS)
        hosts.set(key, { host, port, reason, ...(address === undefined ? {} : { address }), count: count + 1 });
      const [oldest] = boxes.keys();
      if (boxes.size > BOXES && oldest !== undefined) boxes.delete(oldest);
    },
    of: (box) => [...(boxes.get(box)?.values() ?? [])].sort((a, b) => b.count - a.count),
    drop: (box) => void boxes.delete(box),
  };
}
