import type { FirstRunFacts, SeedFile } from './agent.ts';
import { geminiPolicy } from './geminiPolicy.ts';
import { asObject, type Json, jsonObject } from './jsonObject.ts';

/** The file with what gemini may do, where images/gemini/settings.json has it look. */
export const POLICY = 'agentbox-policy.toml';

/**
 * The files that gemini finds at its start: how it is served (it asks when it does not know), and what it may do. Settings that are not plain JSON stay as they are.
 */
export function geminiFirstRun(facts: FirstRunFacts): readonly SeedFile[] {
  return [...served(facts), { file: POLICY, content: geminiPolicy(facts.permissions) }];
}

function served(facts: FirstRunFacts): readonly SeedFile[] {
  const settings = jsonObject(facts.existing('settings.json') ?? '{}');
  if (settings === undefined) return [];
  const security = object(settings['security']);
  const auth = object(security['auth']);
  const selectedType = authType(facts);
  // A write that changes nothing could undo what another box of the client writes at the same time.
  if (auth['selectedType'] === selectedType) return [];
  const content = { ...settings, security: { ...security, auth: { ...auth, selectedType } } };
  return [{ file: 'settings.json', content: `${JSON.stringify(content, null, 2)}\n` }];
}

function authType({ provider, credentials }: FirstRunFacts): string {
  if (provider?.name === 'vertex') return 'vertex-ai';
  return credentials['GEMINI_API_KEY'] === undefined ? 'oauth-personal' : 'gemini-api-key';
}

const object = (value: unknown): Json => asObject(value) ?? {};
