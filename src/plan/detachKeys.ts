import { UsageError } from '../errors.ts';

/** The keys that let go of a box, as docker and podman have them. */
export const DETACH_KEYS = 'ctrl-p,ctrl-q';

/** What a key with Ctrl may be, beside letters, and the byte that it sends. */
const OTHERS: Readonly<Record<string, number>> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/** The bytes that such keys send: letters, or `ctrl-` and a letter or one of `@[\]^_`, with commas. Throws UsageError. Pure. */
export function detachBytes(keys: string): Buffer {
  return Buffer.from(keys.split(',').map((key) => byteOf(key) ?? fail(keys)));
}

function byteOf(key: string): number | undefined {
  if (/^[a-zA-Z]$/.test(key)) return key.charCodeAt(0);
  const control = /^ctrl-(.)$/.exec(key)?.[1] ?? '';
  return /^[a-z]$/.test(control) ? control.charCodeAt(0) - 96 : OTHERS[control];
}

function fail(keys: string): never {
  throw new UsageError(`--detach-keys ${JSON.stringify(keys)}: no keys that a terminal could send`, [
    `keys with commas, such as ${DETACH_KEYS} or ctrl-x,d`,
  ]);
}

/** The keys as people say them: `Ctrl-P Ctrl-Q`. Pure. */
export function detachWords(keys: string): string {
  return keys
    .split(',')
    .map((key) => key.replace(/^ctrl-(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`))
    .join(' ');
}
