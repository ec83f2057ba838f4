import { join } from 'node:path';
import type { AgentLogin, ParsedLogin } from './agent.ts';
import { jsonObject } from './jsonObject.ts';

/** Where gemini of the host keeps its login. On a Mac too it is a file, unless its storage is forced to be encrypted. */
export const geminiHostPlaces: AgentLogin['host'] = (env, home) => ({
  file: join(env['GEMINI_CLI_HOME'] || home, '.gemini', 'oauth_creds.json'),
  keychain: [],
});

/** Reads `{"access_token":…,"refresh_token":…,"expiry_date":…}`; undefined for anything else. */
export function parseGeminiLogin(text: string): ParsedLogin | undefined {
  const login = jsonObject(text);
  const token = login?.['access_token'];
  if (login === undefined || typeof token !== 'string' || token === '') return undefined;
  const { refresh_token: refresh, ...kept } = login;
  const expires = login['expiry_date'];
  const renews = typeof refresh === 'string' && refresh !== '';
  return {
    renews,
    // Google lets it work more than once, so renewals do not change it.
    ...(renews ? { rotates: refresh } : {}),
    copyInto: (_, withRefresh) => JSON.stringify(withRefresh ? login : kept),
    expires: typeof expires === 'number' && Number.isFinite(expires) ? expires : undefined,
  };
}
