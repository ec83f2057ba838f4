import type { Attack, Outcome, Probe } from './attack.ts';

/** What came of an attack and of its twin. */
export interface Row {
  readonly what: string;
  readonly id: string;
  readonly attack: Outcome;
  readonly twin: Outcome;
}

/** Names that stand in paths; none is the beginning of another. */
const idOf = (index: number, part: 'attack' | 'twin') => `p${index * 2 + (part === 'attack' ? 0 : 1)}x`;

/** All probes of attacks, by name. */
export function probesOf(attacks: readonly Attack[]): ReadonlyMap<string, Probe> {
  return new Map(
    attacks.flatMap(({ probe, twin }, index) => {
      const [one, other] = [idOf(index, 'attack'), idOf(index, 'twin')];
      return [
        [one, probe(one)],
        [other, twin(other)],
      ] as const;
    }),
  );
}

/** The outcomes, put together again. */
export function rowsOf(attacks: readonly Attack[], outcomes: ReadonlyMap<string, Outcome>): readonly Row[] {
  const none: Outcome = { text: '', ended: 'it was not tried' };
  return attacks.map(({ what }, index) => {
    const [one, other] = [idOf(index, 'attack'), idOf(index, 'twin')];
    return { what, id: one, attack: outcomes.get(one) ?? none, twin: outcomes.get(other) ?? none };
  });
}

/** A host answered: with the words of the lab's hosts, or with the handshake of a server of TLS. */
export function passed({ text }: Outcome, id: string): boolean {
  return new RegExp(`lab says /?${id}`).test(text) || text.startsWith('\x16\x03');
}

/** Reasons that mean that the gateway dialled, or that it would have with more time. */
const DIALLED = /^X-Agentbox-Refused: (unreachable|timeout|upstream|busy)/im;

/** What is wrong with a row; undefined when the attack was refused in so many words or by closing, and the twin passed. */
export function fault({ id, attack, twin }: Row): string | undefined {
  const twinId = `p${Number(id.slice(1, -1)) + 1}x`;
  if (passed(attack, id)) return `it passed: ${told(attack)}`;
  if (DIALLED.test(attack.text)) return `it was dialled: ${told(attack)}`;
  const answered = /HTTP\/1\.1 (4\d\d|502|505)/.test(attack.text);
  if (attack.ended === 'limit' && !answered) return `no answer and no end: ${told(attack)}`;
  if (/HTTP\/1\.1 500/.test(attack.text)) return `trouble in the gateway: ${told(attack)}`;
  if (!passed(twin, twinId)) return `the twin did not pass: ${told(twin)}`;
  return undefined;
}

const told = ({ text, ended }: Outcome) => JSON.stringify({ text: text.slice(0, 300), ended });
