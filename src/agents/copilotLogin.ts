import { join } from 'node:path';
import type { AgentLogin, ParsedLogin } from './agent.ts';
import { asObject, type Json, jsonObject } from './jsonObject.ts';

/** Where copilot of the host keeps its login when it has no keychain; an item of a keychain is a bare token, and no login. */
export const copilotHostPlaces: AgentLogin['host'] = (env, home) => ({
  file: join(env['COPILOT_HOME'] || join(home, '.copilot'), 'config.json'),
  keychain: [],
});

/**
 * Reads `{"authTokens":{"https://github.com:NAME":{"token":…}},"loggedInUsers":…,"lastLoggedInUser":…}`, with copilot's
 * comments above it; undefined for anything else. These tokens neither end nor rotate.
 */
export function parseCopilotLogin(text: string): ParsedLogin | undefined {
  const config = copilotConfig(text);
  const tokens = object(config?.['authTokens']);
  if (config === undefined || !Object.values(tokens).some(hasToken)) return undefined;
  return {
    renews: true,
    copyInto: (existing, withRefresh) =>
      JSON.stringify({
        ...copilotConfig(existing ?? ''),
        authTokens: withRefresh ? tokens : withoutRefresh(tokens),
        loggedInUsers: config['loggedInUsers'],
        lastLoggedInUser: config['lastLoggedInUser'],
      }),
    expires: undefined,
  };
}

/** What config.json holds, below the lines of comment that copilot writes; undefined when it is not JSON. */
export function copilotConfig(text: string): Json | undefined {
  return jsonObject(text.replace(/^\s*\/\/.*$/gm, ''));
}

const hasToken = (entry: unknown) => typeof object(entry)['token'] === 'string' && object(entry)['token'] !== '';

function withoutRefresh(tokens: Json): Json {
  const kept = (entry: unknown) => Object.entries(object(entry)).filter(([name]) => !/refresh/i.test(name));
  return Object.fromEntries(
    Object.entries(tokens).map(([account, entry]) => [account, Object.fromEntries(kept(entry))]),
  );
}

const object = (value: unknown): Json => asObject(value) ?? {};
