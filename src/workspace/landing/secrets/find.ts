import { type Encoded, encodedIn } from './encoded.ts';
import { type KnownForm, type KnownSecret, knownForms } from './known.ts';
import { type Hit, needleFinder } from './needles.ts';
import { PROVIDERS } from './providers.ts';
import { looksRandom } from './random.ts';
import type { SecretRule } from './rule.ts';
import { ASSIGNED, SHAPES } from './shapes.ts';

/** A secret in a file, without the secret. */
export interface Finding {
  readonly rule: string;
  /** The first is 1; where it begins. */
  readonly line: number;
  /** How it looks, for people: its public beginning, if it has one, and its length in characters. */
  readonly masked: string;
  /** The credential of the client that it is. */
  readonly credential?: string;
}

/** Looks through the bytes of a file; what was in `before` too is left out, since it is nothing new. Never throws. */
export type FindSecrets = (content: Uint8Array, before?: Uint8Array) => readonly Finding[];

/** A secret with its place, until it is masked. */
interface Match {
  readonly start: number;
  readonly end: number;
  /** Of two that overlap the smaller counts. */
  readonly rank: number;
  readonly secret: string;
  readonly finding: Omit<Finding, 'line'>;
}

interface RuleOwner {
  readonly rule: SecretRule;
  readonly rank: number;
}

type Owner = { readonly form: KnownForm } | RuleOwner;

/** As many characters say whether chance made them; more only cost time. */
const JUDGED = 256;

/** Everything by which secrets are known without knowing them; the surer before the less sure. */
export const RULES: readonly SecretRule[] = [...PROVIDERS, ...SHAPES, ...ASSIGNED];
export const KNOWN_RULE = 'known-value';

/** A function that finds secrets by their providers' formats, by what is around them, and the client's own in every encoding. */
export function secretFinder(known: readonly KnownSecret[]): FindSecrets {
  const forms = knownForms(known).map((form) => ({ text: form.text, owner: { form } satisfies Owner as Owner }));
  const rules = RULES.flatMap((rule, rank) =>
    [...new Set(rule.anchors)].map((text) => ({ text, owner: { rule, rank } satisfies Owner as Owner })),
  );
  const find = needleFinder([...forms, ...rules]);
  const inOne = (bytes: Buffer) => {
    const text = bytes.toString('latin1');
    return { text, matches: matchesIn(text, find(bytes, text)) };
  };
  const inAll = (content: Uint8Array) => {
    const bytes = utf8Of(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    const { text, matches } = inOne(bytes);
    const hidden = encodedIn(text).flatMap((run) => inOne(run.decoded).matches.map((match) => asEncoded(match, run)));
    return { text, matches: withoutOverlap([...matches, ...hidden]) };
  };
  return (content, before) => {
    const { text, matches } = inAll(content);
    if (matches.length === 0) return [];
    const old = new Set(before === undefined ? [] : inAll(before).matches.map(({ secret }) => secret));
    return numbered(
      text,
      matches.filter(({ secret }) => !old.has(secret)),
    );
  };
}

function matchesIn(text: string, hits: Iterable<Hit<Owner>>): readonly Match[] {
  const matches: Match[] = [];
  const ends = new Map<SecretRule, number>();
  for (const { at, needle } of hits) {
    const { owner } = needle;
    if ('form' in owner) {
      if (!owner.form.isShort || isApart(text, at, at + needle.text.length)) matches.push(knownMatch(at, owner.form));
      continue;
    }
    const start = at - (owner.rule.ahead ?? 0);
    if (start < (ends.get(owner.rule) ?? 0)) continue;
    const found = fits(text, start, owner.rule);
    if (found === undefined) continue;
    // What fits and is an example is passed over whole: its end is no beginning of another one.
    ends.set(owner.rule, start + found[0].length);
    if (isReal(found, owner.rule)) matches.push(ruleMatch(found, start, needle.text, owner));
  }
  return matches;
}

function knownMatch(start: number, { name, text }: KnownForm): Match {
  const finding = { rule: KNOWN_RULE, masked: hidden('', text.length), credential: name };
  return { start, end: start + text.length, rank: -1, secret: text, finding };
}

function fits(text: string, start: number, { pattern, inWords, accepts }: SecretRule): RegExpExecArray | undefined {
  if (inWords === undefined && /\w/.test(text[start - 1] ?? '')) return undefined;
  pattern.lastIndex = start;
  const found = pattern.exec(text);
  return found === null || accepts?.(found) === false ? undefined : found;
}

function isReal({ 0: whole, groups }: RegExpExecArray, { bits }: SecretRule): boolean {
  return bits === undefined || looksRandom((groups?.['random'] ?? groups?.['secret'] ?? whole).slice(0, JUDGED), bits);
}

function ruleMatch(found: RegExpExecArray, start: number, anchor: string, owner: RuleOwner): Match {
  const { rule, rank } = owner;
  const inner = found.groups?.['secret'];
  const secret = inner ?? found[0];
  const from = inner === undefined ? start : start + found[0].lastIndexOf(inner);
  // Only what all keys of a provider begin with is shown.
  const head = inner === undefined && rule.ahead === undefined && rank < PROVIDERS.length ? anchor.slice(0, 4) : '';
  const masked = rule.shown === undefined ? hidden(head, secret.length) : `•••• (${rule.shown})`;
  return {
    ...{ start: from, end: from + secret.length, rank },
    ...{ secret: secret + (found.groups?.['body'] ?? ''), finding: { rule: rule.name, masked } },
  };
}

/** All lie where the encoded text begins, as wide as it is. */
function asEncoded(match: Match, { start, end }: Encoded): Match {
  return {
    ...match,
    start,
    end,
    rank: match.rank + RULES.length,
    finding: { ...match.finding, masked: `${match.finding.masked} in base64` },
  };
}

/** Of those that overlap the surest, then the longest. */
function withoutOverlap(matches: readonly Match[]): readonly Match[] {
  const sorted = [...matches].sort((a, b) => a.start - b.start || a.rank - b.rank);
  const kept: Match[] = [];
  for (const match of sorted) {
    const last = kept.at(-1);
    if (last === undefined || match.start >= last.end) kept.push(match);
    else if (match.rank < last.rank || (match.rank === last.rank && match.end > last.end))
      kept[kept.length - 1] = match;
  }
  return kept;
}

function numbered(text: string, matches: readonly Match[]): readonly Finding[] {
  let [line, at] = [1, 0];
  return matches.map(({ start, finding }) => {
    for (let next = text.indexOf('\n', at); next >= 0 && next < start; next = text.indexOf('\n', at)) {
      line += 1;
      at = next + 1;
    }
    return { ...finding, line };
  });
}

/** UTF-16, as some editors on Windows write it, becomes UTF-8. */
function utf8Of(bytes: Buffer): Buffer {
  const [first, second] = [bytes[0], bytes[1]];
  if (first === 0xff && second === 0xfe) return Buffer.from(bytes.subarray(2).toString('utf16le'));
  if (first !== 0xfe || second !== 0xff) return bytes;
  const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
  return Buffer.from(even.swap16().toString('utf16le'));
}

const isApart = (text: string, start: number, end: number) =>
  !/\w/.test(text[start - 1] ?? '') && !/\w/.test(text[end] ?? '');
const hidden = (head: string, length: number) => `${head}•••• (${length} characters)`;
