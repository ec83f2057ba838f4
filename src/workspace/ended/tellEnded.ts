import { plain } from '../../ui/plain.ts';
import type { Risk } from '../landing/change.ts';
import type { PlacedFinding } from '../landing/judge.ts';
import type { EndJudgement } from './judgeEnded.ts';

/** Names in one line. */
const NAMES = 3;

/** How to speak of what was judged. */
export interface EndWords {
  /** The line above the others. */
  readonly title: string;
  /** What a line says when not all was looked through. */
  readonly incomplete: string;
  /** How to see everything; undefined where there is no way. */
  readonly all?: string | undefined;
  /** Lines between the first and the last. */
  readonly lines: number;
}

/** What is to be told of what a box left, a few lines; none when there is nothing. No secret is in them. */
export function tellEnded({ risks, secrets, complete }: EndJudgement, words: EndWords): readonly string[] {
  const lines = [...secretLines(secrets), ...riskLines(risks)];
  const rest = lines.length - words.lines;
  const more = words.all === undefined ? '' : `: ${words.all}`;
  return [
    ...(lines.length === 0 ? [] : [words.title]),
    ...lines.slice(0, words.lines).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more${more}`] : []),
    ...(complete ? [] : [`${words.incomplete}${more}`]),
  ].map(plain);
}

function secretLines(secrets: readonly PlacedFinding[]): readonly string[] {
  const what = ({ masked, credential, rule }: PlacedFinding) =>
    `${credential === undefined ? masked : `the value of ${credential}, ${masked}`} [${rule}]`;
  return grouped(secrets, what).map(
    ([text, same]) => `secret: ${some(same.map(({ path, line }) => `${path}:${line}`))}: ${text}`,
  );
}

function riskLines(risks: readonly Risk[]): readonly string[] {
  const what = ({ rule, reason }: Risk) => `${reason} [${rule}]`;
  return grouped(risks, what).map(([text, same]) => `${some(same.map(({ path }) => path))}: ${text}`);
}

function some(names: readonly string[]): string {
  const each = [...new Set(names)];
  const rest = each.length - NAMES;
  return `${each.slice(0, NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function grouped<T>(all: readonly T[], key: (one: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(key(one)) ?? [];
    group.push(one);
    groups.set(key(one), group);
  }
  return [...groups];
}
