import type { ProviderName } from '../config/profile.ts';
import { hasKeyHeader } from '../providers/headers.ts';
import type { FirstRunFacts, SeedFile } from './agent.ts';
import { jsonObject } from './jsonObject.ts';
import { OPENCODE_IDS, opencodeProviders } from './opencodeProviders.ts';

/** The file of the state directory with agentbox's settings; the user's own are in opencode.json beside it. */
export const SETTINGS = 'agentbox.json';

/** Its choice of a model goes by names, and falls on these, which make pictures. */
const NO_CODE = ['gemini-3-pro-image', 'gemini-3-pro-image-preview'];
const SERVES_GEMINI = ['google', 'google-vertex'];

/**
 * The settings that hold for every box of the client. They name who may serve, because opencode otherwise takes anybody a
 * variable could be meant for (GITHUB_TOKEN, AWS_ACCESS_KEY_ID), and the free models of its makers.
 */
export function opencodeFirstRun(facts: FirstRunFacts): readonly SeedFile[] {
  const serving = ids(facts);
  const provider = Object.fromEntries(serving.map((id) => [id, settingsOf(id, facts)]));
  const settings = {
    $schema: 'https://opencode.ai/config.json',
    autoupdate: false,
    share: 'disabled',
    // What is read of a project is off as a whole; its instructions can do no harm that its other files cannot.
    instructions: ['{env:PWD}/AGENTS.md', '{env:PWD}/CLAUDE.md'],
    enabled_providers: serving,
    // Where one is named, opencode picks its model among those that are named, so it is all of them or none.
    ...(Object.values(provider).some((of) => Object.keys(of).length > 0) ? { provider } : {}),
  };
  return [{ file: SETTINGS, content: `${JSON.stringify(settings, null, 2)}\n` }];
}

/** The provider that the profile names, else those that have a credential or a login; all that may serve when none has. */
function ids({ provider, credentials, existing }: FirstRunFacts): readonly string[] {
  if (provider !== undefined) return OPENCODE_IDS[provider.name];
  const names: readonly ProviderName[] = ['anthropic', 'openai', 'google'];
  const keyed = names.filter((name) => opencodeProviders[name]?.credentials.some((key) => credentials[key]));
  const found = [
    ...new Set([
      ...keyed.flatMap((name) => OPENCODE_IDS[name]),
      ...Object.keys(jsonObject(existing('auth.json') ?? '') ?? {}),
    ]),
  ];
  return found.length === 0 ? names.flatMap((name) => OPENCODE_IDS[name]) : found;
}

function settingsOf(id: string, { provider, credentials }: FirstRunFacts) {
  // It knows three names for this key, and looks one of them up.
  const google = id === 'google' ? opencodeProviders.google?.credentials.find((key) => credentials[key]) : undefined;
  // A gateway's key that is a header; opencode does not start without one in its own place.
  const inHeader = provider !== undefined && hasKeyHeader(provider) && Object.keys(credentials).length === 0;
  const apiKey = google === undefined ? (inHeader ? 'in-a-header' : undefined) : `{env:${google}}`;
  return {
    ...(SERVES_GEMINI.includes(id) ? { blacklist: NO_CODE } : {}),
    ...(apiKey === undefined ? {} : { options: { apiKey } }),
  };
}
