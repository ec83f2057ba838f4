import { InvalidArgumentError } from 'commander';
import { suggestion } from '../config/names.ts';
import { parseSize } from '../config/size.ts';
import { detachBytes } from '../plan/detachKeys.ts';

/** Collects an option that may come several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Reads one of a few words, which completion offers. */
export interface Choice {
  (value: string): string;
  readonly allowed: readonly string[];
}

/** Reads one of a few words; throws commander's InvalidArgumentError for others. */
export function choice(...allowed: readonly string[]): Choice {
  const read = (value: string) => {
    if (allowed.includes(value)) return value;
    const near = suggestion(value, allowed);
    throw new InvalidArgumentError(near.startsWith('did') ? near : `It is one of ${allowed.join(', ')}.`);
  };
  return Object.assign(read, { allowed });
}

/** Reads a size such as `4g` as bytes. */
export function memorySize(value: string): number {
  const bytes = parseSize(value);
  if (bytes === undefined) throw new InvalidArgumentError('It is a size such as 4g or 512m.');
  return bytes;
}

/** Reads a number above 0. */
export function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('It is a number above 0.');
  return number;
}

/** Reads the keys that let go of a box; throws UsageError for what no terminal sends. */
export function detachKeysOption(value: string): string {
  detachBytes(value);
  return value;
}
