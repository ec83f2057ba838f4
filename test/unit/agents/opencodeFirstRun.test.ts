import { describe, expect, test } from 'vitest';
import type { FirstRunFacts } from '../../../src/agents/agent.ts';
import { opencodeFirstRun } from '../../../src/agents/opencodeFirstRun.ts';
import type { ProviderName } from '../../../src/config/profile.ts';

function settings(facts: Partial<FirstRunFacts>, auth?: string) {
  const [file] = opencodeFirstRun({
    autonomy: 'auto',
    workspace: '/workspace',
    provider: undefined,
    permissions: undefined,
    credentials: {},
    existing: (name) => (name === 'auth.json' ? auth : undefined),
    ...facts,
  });
  return JSON.parse(file?.content ?? 'null');
}

const named = (name: ProviderName, headers: Readonly<Record<string, string>> = {}) => ({
  provider: {
    name,
    ...{ baseUrl: undefined, headers, query: {}, project: undefined, region: undefined },
    ...{ adc: undefined, profile: undefined },
  },
});

describe('the settings that opencode starts with', () => {
  test('let it neither share nor update, and take the instructions of the project', () => {
    expect(settings({})).toMatchObject({ share: 'disabled', autoupdate: false });
    expect(settings({}).instructions).toEqual(['{env:PWD}/AGENTS.md', '{env:PWD}/CLAUDE.md']);
  });

  test.each([
    ['the provider that is named', named('bedrock'), undefined, ['amazon-bedrock']],
    ['both of vertex', named('vertex'), undefined, ['google-vertex', 'google-vertex-anthropic']],
    ['those with a key', { credentials: { OPENAI_API_KEY: 'k' } }, undefined, ['openai']],
    ['those with a login, whoever it is', {}, '{"openrouter":{"type":"api","key":"k"}}', ['openrouter']],
    ['both', { credentials: { OPENAI_API_KEY: 'k' } }, '{"xai":{}}', ['openai', 'xai']],
    ['all that may when none does', {}, undefined, ['anthropic', 'openai', 'google']],
    ['the same with a login that is none', {}, '[]', ['anthropic', 'openai', 'google']],
  ] as const)('let serve %s', (_, facts, auth, ids) => {
    expect(settings(facts, auth).enabled_providers).toEqual(ids);
  });

  test('say which variable holds the key of Google, never the key, and leave its other models', () => {
    const { provider } = settings({ credentials: { GEMINI_API_KEY: 's3cret', ANTHROPIC_API_KEY: 's3cret' } });
    expect(provider.google.options).toEqual({ apiKey: '{env:GEMINI_API_KEY}' });
    expect(Object.keys(provider)).toEqual(['anthropic', 'google']);
    expect(JSON.stringify(provider)).not.toContain('s3cret');
  });

  test('hold a place for a key that is in a header, and none beside a key', () => {
    const gateway = named('anthropic', { 'X-Gateway-Key': 's3cret' });
    expect(settings(gateway).provider).toEqual({ anthropic: { options: { apiKey: 'in-a-header' } } });
    expect(settings({ ...gateway, credentials: { ANTHROPIC_API_KEY: 'k' } })).not.toHaveProperty('provider');
  });

  test('name no provider more than needed', () => {
    expect(settings({ credentials: { ANTHROPIC_API_KEY: 'k' } })).not.toHaveProperty('provider');
  });
});
