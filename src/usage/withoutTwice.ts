import type { Reply } from './reply.ts';

/** Milliseconds by which the notes of an agent and of the gateway may lie apart. */
const APART = 5 * 60_000;

/**
 * Of what the gateway carried for an agent, what the agent's own log does not have: the replies of boxes during whose life it
 * noted nothing. Between the first and the last reply of a box its log has them, as it has others; so none counts twice. Pure.
 */
export function withoutTwice<T extends Pick<Reply, 'session' | 'time'>>(
  carried: readonly T[],
  logged: readonly Pick<Reply, 'time'>[],
): readonly T[] {
  const spans = new Map<string, { first: number; last: number }>();
  for (const { session, time } of carried) {
    const span = spans.get(session);
    spans.set(session, { first: Math.min(span?.first ?? time, time), last: Math.max(span?.last ?? time, time) });
  }
  const times = logged.map(({ time }) => time).sort((a, b) => a - b);
  const noted = new Set(
    [...spans]
      .filter(([, { first, last }]) => times.some((time) => time >= first - APART && time <= last + APART))
      .map(([box]) => box),
  );
  return carried.filter(({ session }) => !noted.has(session));
}
