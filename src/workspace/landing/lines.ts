import { plain } from '../../ui/plain.ts';
import type { Level, Risk } from './change.ts';
import type { Judgement, PlacedFinding } from './judge.ts';

/** A judgement for people: a line for each path and reason, what is refused first, nothing that a terminal could act on. */
export function judgementLines(judgement: Judgement): readonly string[] {
  return [
    ...judgement.refused.map(riskLine),
    ...judgement.secrets.map(secretLine),
    ...judgement.asked.map(riskLine),
    ...judgement.noted.map(riskLine),
  ];
}

/** What a level is called to people. */
const WORDS: Readonly<Record<Level, string>> = { refuse: 'refused', ask: 'risky', note: 'note' };

export function riskLine({ level, path, reason, rule }: Risk): string {
  return plain(`${WORDS[level]}: ${path}: ${reason} [${rule}]`);
}

export function secretLine({ path, line, rule, masked, credential }: PlacedFinding): string {
  const what = credential === undefined ? masked : `the value of ${credential}, ${masked}`;
  return plain(`secret: ${path}:${line}: ${what} [${rule}]`);
}
