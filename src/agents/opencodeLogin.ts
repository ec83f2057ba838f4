import { join } from 'node:path';
import type { ParsedLogin } from './agent.ts';
import { jsonObject } from './jsonObject.ts';

type Entry = Readonly<Record<string, unknown>>;

/** Where opencode of the host keeps its logins; never in a keychain. */
export function opencodeHostPlaces(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): { readonly file: string; readonly keychain: readonly string[] } {
  const data = env['XDG_DATA_HOME'] || join(home, '.local/share');
  return { file: join(data, 'opencode', 'auth.json'), keychain: [] };
}

/**
 * Reads `{"<provider>":{"type":"oauth","refresh":…,"access":…,"expires":…}|{"type":"api","key":…}}`; undefined for anything
 * else. Entries of other types point to settings on a server, so they are no part of a copy.
 */
export function parseOpencodeLogin(text: string): ParsedLogin | undefined {
  const entries = Object.entries(jsonObject(text) ?? {}).filter((pair): pair is [string, Entry] => isLogin(pair[1]));
  if (entries.length === 0) return undefined;
  const renewing = entries.some(([id, entry]) => rotates(id, entry) && entry['refresh'] !== '');
  const ends = entries.map(([id, entry]) => (rotates(id, entry) ? finite(entry['expires']) : undefined));
  const lasting = ends.includes(undefined);
  return {
    // Keys do not renew themselves, but where nothing ends there is nothing a newer copy would be better at.
    ...(renewing ? { rotates: JSON.stringify(entries.map(lastingPart).sort()) } : {}),
    renews: renewing || ends.every((end) => end === undefined),
    copyInto: (existing, withRefresh) =>
      JSON.stringify({
        ...jsonObject(existing ?? ''),
        ...Object.fromEntries(
          // opencode drops an entry that has no such field at all.
          entries.map(([id, entry]) => [id, rotates(id, entry) && !withRefresh ? { ...entry, refresh: '' } : entry]),
        ),
      }),
    expires: lasting ? undefined : Math.max(...ends.filter((end) => end !== undefined)),
  };
}

function isLogin(entry: unknown): entry is Entry {
  if (!isObject(entry)) return false;
  if (entry['type'] === 'api') return typeof entry['key'] === 'string' && entry['key'] !== '';
  return entry['type'] === 'oauth' && typeof entry['access'] === 'string' && entry['access'] !== '';
}

/** Of an entry what no renewal of an access token changes, and the whole of its name. */
function lastingPart([id, entry]: [string, Entry]): string {
  return JSON.stringify([id, entry['type'] === 'api' ? entry['key'] : entry['refresh']]);
}

/** GitHub's token for Copilot is in the field of the refresh token too, and is itself what serves, without an end. */
function rotates(id: string, entry: Entry): boolean {
  return entry['type'] === 'oauth' && !id.startsWith('github-copilot');
}

/** Milliseconds since 1970; 0 for no end that is known. */
function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

const isObject = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
