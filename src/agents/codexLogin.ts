import { join } from 'node:path';
import type { ParsedLogin } from './agent.ts';
import { asObject, type Json, jsonObject } from './jsonObject.ts';

/** The mode of a login whose tokens somebody else renews: codex takes them as they are, and never tries it itself. */
const NOT_RENEWED = 'chatgptAuthTokens';

/**
 * Where codex of the host keeps its login. A keychain is used only where `cli_auth_credentials_store` says so; its item is
 * `Codex Auth` with an account for each CODEX_HOME, which is not looked for.
 */
export function hostPlaces(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): { readonly file: string; readonly keychain: readonly string[] } {
  return { file: join(env['CODEX_HOME'] || join(home, '.codex'), 'auth.json'), keychain: [] };
}

/** Reads auth.json: a login with ChatGPT or a key that `codex login --with-api-key` wrote; undefined for anything else. */
export function parseLogin(text: string): ParsedLogin | undefined {
  const auth = jsonObject(text);
  const key = auth?.['OPENAI_API_KEY'];
  const tokens = asObject(auth?.['tokens']);
  if (auth === undefined) return undefined;
  // Without a mode, codex takes a key before tokens.
  const usesKey = auth['auth_mode'] === 'apikey' || (auth['auth_mode'] === undefined && isText(key));
  if (!usesKey) return isText(tokens?.['access_token']) ? ofTokens(auth, tokens) : undefined;
  if (!isText(key)) return undefined;
  const login = JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: key });
  return { renews: false, copyInto: () => login, expires: undefined };
}

function ofTokens(auth: Json, tokens: Json): ParsedLogin {
  const refresh = tokens['refresh_token'];
  const renews = isText(refresh) && auth['auth_mode'] !== NOT_RENEWED;
  return {
    renews,
    ...(renews ? { rotates: refresh } : {}),
    // Codex wants the field, so it stays, empty.
    copyInto: (_, withRefresh) =>
      JSON.stringify(
        withRefresh
          ? auth
          : { ...auth, auth_mode: NOT_RENEWED, OPENAI_API_KEY: null, tokens: { ...tokens, refresh_token: '' } },
      ),
    expires: expiry(tokens['access_token']),
  };
}

/** The end that a JSON web token names, in milliseconds. */
function expiry(token: unknown): number | undefined {
  const payload = isText(token) ? token.split('.')[1] : undefined;
  const claims = payload === undefined ? undefined : jsonObject(Buffer.from(payload, 'base64url').toString('utf8'));
  const seconds = claims?.['exp'];
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
