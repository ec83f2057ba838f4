import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ParsedLogin } from './agent.ts';
import { asObject, jsonObject } from './jsonObject.ts';

const ITEM = 'Claude Code-credentials';

/**
 * Where claude of the host keeps its login. With CLAUDE_CONFIG_DIR set the keychain item has a suffix, and the plain one
 * may be another account's, so it is not among the answers.
 */
export function hostPlaces(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): { readonly file: string; readonly keychain: readonly string[] } {
  const usual = join(home, '.claude');
  const dir = env['CLAUDE_CONFIG_DIR'] || undefined;
  const suffixed = dir === undefined ? [] : [`${ITEM}-${sha256(dir.normalize('NFC')).slice(0, 8)}`];
  return {
    file: join(dir ?? usual, '.credentials.json'),
    keychain: dir === undefined || dir === usual ? [...suffixed, ITEM] : suffixed,
  };
}

/** Reads `{"claudeAiOauth":{"accessToken":…,"refreshToken":…,"expiresAt":…}}`; undefined for anything else. */
export function parseLogin(text: string): ParsedLogin | undefined {
  const oauth = asObject(jsonObject(text)?.['claudeAiOauth']);
  if (typeof oauth?.['accessToken'] !== 'string' || oauth['accessToken'] === '') return undefined;
  const kept = Object.entries(oauth).filter(([name]) => !/refresh/i.test(name));
  const expires = oauth['expiresAt'];
  const refresh = oauth['refreshToken'];
  const renews = typeof refresh === 'string' && refresh !== '';
  return {
    renews,
    ...(renews ? { rotates: refresh } : {}),
    // Nothing else of the host's file, and all else of the box's: beside the login lie the tokens of MCP servers.
    copyInto: (existing, withRefresh) =>
      JSON.stringify({ ...jsonObject(existing ?? ''), claudeAiOauth: withRefresh ? oauth : Object.fromEntries(kept) }),
    expires: typeof expires === 'number' && Number.isFinite(expires) ? expires : undefined,
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
