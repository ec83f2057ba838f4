import { resolve } from 'node:path';
import { expandPath } from '../config/settings.ts';
import { UsageError } from '../errors.ts';
import type { Key, KeySource } from './answers.ts';

/** `--key-from` as it was meant: a credential, a copy of this machine's login, a login made in the box, or nothing yet. */
export type KeyFrom = { readonly key: Key } | { readonly login: 'host' | 'own' } | { readonly nothing: true };

/** What may be typed, for help and errors. */
const KEY_SOURCES = 'env:NAME | file:PATH | keychain:ITEM | store[:file] | login | own-login | none';

/**
 * Reads one `--key-from`: `[NAME=]SOURCE`. Without NAME the credential is the variable that `env:` names when the agent knows it,
 * else the agent's own. Throws UsageError, which repeats nothing of what may be a secret. Pure.
 */
export function parseKeyFrom(
  text: string,
  names: readonly string[],
  place: { readonly cwd: string; readonly home: string },
): KeyFrom {
  if (text === 'login') return { login: 'host' };
  if (text === 'own-login') return { login: 'own' };
  if (text === 'none') return { nothing: true };
  const [, named, words = ''] = /^(?:([A-Za-z_][A-Za-z0-9_]*)=)?(.*)$/s.exec(text) ?? [];
  const source = sourceOf(words, place);
  const name = named ?? ('env' in source && names.includes(source.env) ? source.env : usualName(names));
  if (name !== undefined) return { key: { name, source } };
  throw new UsageError('this agent takes no key', [
    '--key-from NAME=SOURCE, for a variable of that name',
    '--key-from none',
  ]);
}

/** The variable that an agent's key is usually in; undefined for one that takes none. Pure. */
export function usualName(names: readonly string[]): string | undefined {
  return names.find((name) => name.endsWith('_API_KEY')) ?? names[0];
}

function sourceOf(words: string, { cwd, home }: { readonly cwd: string; readonly home: string }): KeySource {
  const [, kind = '', rest = ''] = /^([a-z]+)(?::(.*))?$/s.exec(words) ?? [];
  if (kind === 'env' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(rest)) return { env: rest };
  if (kind === 'file' && rest !== '')
    return { file: rest.startsWith('~') ? expandPath(rest, cwd, home) : resolve(cwd, rest) };
  if (kind === 'keychain' && rest !== '') return { keychain: rest };
  if (kind === 'store' && (rest === '' || rest === 'keychain' || rest === 'file'))
    return { store: rest === 'file' ? 'file' : 'keychain' };
  throw new UsageError('--key-from does not say where a key is (what was typed is not repeated: it may be one)', [
    `--key-from ${KEY_SOURCES}`,
    'a key itself is never typed on a command line: --key-from store reads it from standard input',
  ]);
}
