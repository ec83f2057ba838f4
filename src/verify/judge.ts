import type { Expectation, Group, Observation, Probe } from './probe.ts';

/** `unknown` counts as red: what could not be tried is not proven. `skipped` and `later` do not count. */
export type Verdict = 'green' | 'red' | 'unknown' | 'skipped' | 'later';

/** One probe, judged. */
export interface Row {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly verdict: Verdict;
  /** What was seen, or why it does not apply. */
  readonly seen: string;
}

/** Holds what was seen against what was to be seen. Pure. */
export function judge(probe: Probe, observation: Observation | undefined): Row {
  const { id, group, title, expect, skip, later } = probe;
  const row = (verdict: Verdict, seen: string): Row => ({ id, group, title, verdict, seen: oneLine(seen) });
  if (later !== undefined) return row('later', later);
  if (skip !== undefined) return row('skipped', skip);
  if (observation === undefined) return row('unknown', 'nothing was heard of it');
  if (observation.outcome === 'error') return row('unknown', observation.seen);
  const { ok, seen } = held(expect, observation);
  return row(ok ? 'green' : 'red', seen);
}

/** True when the rows prove nothing wrong: no red, and nothing left in the dark. */
export function passes(rows: readonly Row[]): boolean {
  return rows.length > 0 && rows.every(({ verdict }) => verdict !== 'red' && verdict !== 'unknown');
}

/** The beginning of a record of TLS that says that something is wrong. */
const ALERT = '\x15\x03';

function held(expect: Expectation, seen: Observation): { readonly ok: boolean; readonly seen: string } {
  const { outcome, reply = '', after = '' } = seen;
  switch (expect.kind) {
    case 'fails':
      return { ok: outcome === 'refused', seen: `${seen.seen || 'none'}` };
    case 'works':
      return { ok: outcome === 'done', seen: seen.seen };
    case 'shows': {
      if (outcome !== 'done') return { ok: false, seen: `it cannot be looked at: ${seen.seen}` };
      const wrong = expect.check(seen.seen);
      return { ok: wrong === undefined, seen: wrong ?? 'as it should be' };
    }
    case 'blocked': {
      const reason = refusalIn(reply);
      const ok = reason !== undefined && expect.reasons.includes(reason);
      return { ok, seen: reason === undefined ? answered(seen) : `the gateway: ${reason}` };
    }
    case 'answers':
      return { ok: (reply + after).includes(expect.text), seen: answered(seen) };
    case 'stops': {
      // Without a tunnel there was nothing to stop.
      if (!/^HTTP\/1\.[01] 200 /.test(reply)) return { ok: false, seen: answered(seen) };
      const back = reply.slice(reply.indexOf('\r\n\r\n') + 4) + after;
      const through = back !== '' && !back.startsWith(ALERT);
      return { ok: !through, seen: through ? 'it was answered' : back === '' ? 'it was cut off' : 'a TLS alert' };
    }
  }
}

/** The gateway's reason in the head of an answer of its own. */
function refusalIn(reply: string): string | undefined {
  const [head = ''] = reply.split('\r\n\r\n');
  return /^X-Agentbox-Refused: ([a-z-]+)\r?$/im.exec(head)?.[1];
}

function answered({ seen, reply = '' }: Observation): string {
  const [first = ''] = reply.split('\r\n');
  return first === '' ? seen : first;
}

function oneLine(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return plain.length > 160 ? `${plain.slice(0, 157)}...` : plain;
}
