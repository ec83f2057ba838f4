import { describe, expect, test } from 'vitest';
import type { FirstRunFacts } from '../../../src/agents/agent.ts';
import { gemini } from '../../../src/agents/gemini.ts';
import { geminiFirstRun } from '../../../src/agents/geminiFirstRun.ts';
import { google, vertex } from '../../../src/agents/geminiProviders.ts';
import type { Provider } from '../../../src/config/profile.ts';
import { UserError } from '../../../src/errors.ts';

const PROVIDER: Provider = {
  ...{ name: 'google', baseUrl: undefined, headers: {}, query: {} },
  ...{ project: undefined, region: undefined, adc: undefined, profile: undefined },
};
const FACTS: FirstRunFacts = {
  autonomy: 'auto',
  workspace: '/workspace',
  provider: undefined,
  permissions: undefined,
  credentials: {},
  existing: () => undefined,
};

describe('gemini', () => {
  test.each([
    { autonomy: 'auto', resume: false, command: 'gemini --approval-mode yolo' },
    { autonomy: 'auto', resume: true, command: 'gemini --approval-mode yolo --resume latest' },
    { autonomy: 'ask', resume: false, command: 'gemini --approval-mode default' },
  ] as const)('with autonomy $autonomy and resume $resume runs $command', ({ autonomy, resume, command }) => {
    expect(gemini.command({ ...FACTS, autonomy, resume }).join(' ')).toBe(command);
  });

  test('has its state where it looks for it', () => {
    expect(`${gemini.env['GEMINI_CLI_HOME']}/.gemini`).toBe(gemini.stateDir);
  });

  test('leaves a project no variable that says where a key goes', () => {
    const variables = ['GOOGLE_GEMINI_BASE_URL', 'GOOGLE_VERTEX_BASE_URL', 'CODE_ASSIST_ENDPOINT', 'GEMINI_API_KEY'];
    expect(Object.keys(gemini.env)).toEqual(expect.arrayContaining(variables));
    expect(gemini.env).toMatchObject({ NODE_TLS_REJECT_UNAUTHORIZED: '1', GEMINI_CLI_SYSTEM_SETTINGS_PATH: '' });
  });
});

describe('the providers of gemini', () => {
  test('are the Gemini API at an address of the client’s, with its headers', () => {
    const env = google.env({ ...PROVIDER, baseUrl: 'https://gateway.test' }, { 'x-team': 'acme', 'x-key': 'k' });
    expect(env).toEqual({
      GOOGLE_GEMINI_BASE_URL: 'https://gateway.test',
      GEMINI_CLI_CUSTOM_HEADERS: 'x-team: acme, x-key: k',
    });
  });

  test('are Vertex AI with a project and a region', () => {
    expect(vertex.env({ ...PROVIDER, name: 'vertex', project: 'acme-ai', region: 'europe-west1' }, {})).toEqual({
      GOOGLE_GENAI_USE_VERTEXAI: 'true',
      GOOGLE_CLOUD_PROJECT: 'acme-ai',
      GOOGLE_CLOUD_LOCATION: 'europe-west1',
    });
  });

  test('refuse a header that gemini would take for two, and do not show it', () => {
    const set = () => google.env(PROVIDER, { 'x-list': 'secret-a, b: c' });
    expect(set).toThrow(UserError);
    expect(set).not.toThrow(/secret-a/);
    expect(google.env(PROVIDER, { accept: 'a, b' })).toEqual({ GEMINI_CLI_CUSTOM_HEADERS: 'accept: a, b' });
  });
});

describe('the first run of gemini', () => {
  const selected = (facts: Partial<Parameters<typeof geminiFirstRun>[0]>) => {
    const seed = geminiFirstRun({ ...FACTS, ...facts }).find(({ file }) => file === 'settings.json');
    return seed === undefined ? undefined : JSON.parse(seed.content);
  };

  test.each([
    { what: 'a key', facts: { credentials: { GEMINI_API_KEY: 'k' } }, type: 'gemini-api-key' },
    { what: 'a login', facts: {}, type: 'oauth-personal' },
    { what: 'Vertex AI', facts: { provider: { ...PROVIDER, name: 'vertex' as const } }, type: 'vertex-ai' },
  ])('chooses $what', ({ facts, type }) => {
    expect(selected(facts)).toEqual({ security: { auth: { selectedType: type } } });
  });

  test('keeps the other settings, and writes nothing when nothing changes', () => {
    const existing = (text: string) => ({ existing: (file: string) => (file === 'settings.json' ? text : undefined) });
    expect(selected(existing('{"ui":{"theme":"x"},"security":{"auth":{"selectedType":"vertex-ai"}}}'))).toEqual({
      ui: { theme: 'x' },
      security: { auth: { selectedType: 'oauth-personal' } },
    });
    expect(selected(existing('{"security":{"auth":{"selectedType":"oauth-personal"}}}'))).toBeUndefined();
    expect(selected(existing('// mine\n{}'))).toBeUndefined();
  });

  test('always says what is allowed, so that what was denied once does not stay so', () => {
    const policy = geminiFirstRun(FACTS).find(({ file }) => file === 'agentbox-policy.toml');
    expect(policy?.content).not.toContain('[[rule]]');
  });
});
