import { formsOf } from '../../../credentials/redact.ts';
import { entropy } from './random.ts';

/** A secret that the client has. */
export interface KnownSecret {
  /** What it is called in the configuration; not a secret. */
  readonly name: string;
  readonly value: string;
}

/** A form of a known secret to look for. */
export interface KnownForm {
  readonly name: string;
  /** As latin1, one character a byte. */
  readonly text: string;
  /** Too short to be looked for inside of words. */
  readonly isShort: boolean;
}

const FEWEST = 6;
const SHORT = 12;

/**
 * Every form in which the client's secrets could lie in a file: as they are, escaped, encoded, in hexadecimal, backwards; of those
 * with several lines each line, of JSON each value. Those of fewer than six characters are left out: they are everywhere.
 */
export function knownForms(known: readonly KnownSecret[]): readonly KnownForm[] {
  const forms = known.flatMap(({ name, value }) =>
    [...new Set([value, value.trim(), ...partsOf(value)])].flatMap((part) =>
      part.length < FEWEST
        ? []
        : allForms(part).map((text) => ({ name, text: bytesOf(text), isShort: part.length < SHORT })),
    ),
  );
  return [...new Map(forms.map((form) => [form.text, form])).values()];
}

function allForms(value: string): readonly string[] {
  const hex = Buffer.from(value).toString('hex');
  return [...formsOf(value), hex, hex.toUpperCase(), [...value].reverse().join('')];
}

/** What of a large secret is one by itself. */
function partsOf(value: string): readonly string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  return [...(lines.length > 1 ? lines : []), ...leavesOf(value)].filter(
    (part) =>
      part.length >= 20 &&
      !part.startsWith('-----') &&
      entropy(part) >= 3.5 &&
      !/^(?:https?:\/\/|[^@\s]+@[^@\s]+$)/.test(part) &&
      /\d/.test(part),
  );
}

function leavesOf(value: string): readonly string[] {
  if (!/^\s*[{[]/.test(value)) return [];
  try {
    const found: string[] = [];
    JSON.parse(value, (_, leaf: unknown) => {
      if (typeof leaf === 'string') found.push(leaf);
      return leaf;
    });
    return found;
  } catch {
    return [];
  }
}

const bytesOf = (text: string) => Buffer.from(text).toString('latin1');
