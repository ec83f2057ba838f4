import { describe, expect, test } from 'vitest';
import { copilot } from '../../../src/agents/copilot.ts';
import { copilotFirstRun } from '../../../src/agents/copilotFirstRun.ts';
import { anthropicModels, copilotModels, openaiModels } from '../../../src/agents/copilotProviders.ts';
import type { Provider } from '../../../src/config/profile.ts';
import { UserError } from '../../../src/errors.ts';

const PROVIDER: Provider = {
  ...{ name: 'copilot', baseUrl: undefined, headers: {}, query: {} },
  ...{ project: undefined, region: undefined, adc: undefined, profile: undefined },
};
const FACTS = { workspace: '/workspace', provider: undefined, permissions: undefined } as const;
const QUIET = 'copilot --no-auto-update --disable-client-telemetry';

describe('copilot', () => {
  test.each([
    { autonomy: 'auto', resume: false, command: `${QUIET} --allow-all` },
    { autonomy: 'auto', resume: true, command: `${QUIET} --allow-all --continue` },
    { autonomy: 'ask', resume: false, command: QUIET },
  ] as const)('with autonomy $autonomy and resume $resume runs $command', ({ autonomy, resume, command }) => {
    expect(copilot.command({ ...FACTS, autonomy, resume }).join(' ')).toBe(command);
  });

  test('has its permissions as flags, and none of those it would have to ask for', () => {
    const run = { ...FACTS, autonomy: 'ask', resume: false } as const;
    const permissions = { allow: ['write'], ask: [], deny: ['shell(git push)'] };
    expect(copilot.command({ ...run, permissions })).toEqual(
      expect.arrayContaining(['--allow-tool=write', '--deny-tool=shell(git push)']),
    );
    expect(() => copilot.command({ ...run, permissions: { ...permissions, ask: ['write'] } })).toThrow(UserError);
  });

  test('keeps all it remembers in the state directory', () => {
    expect(copilot.env['COPILOT_HOME']).toBe(copilot.stateDir);
  });
});

describe('the providers of copilot', () => {
  test('are GitHub, or an enterprise of its own', () => {
    expect(copilotModels.env(PROVIDER, {})).toEqual({});
    expect(copilotModels.env({ ...PROVIDER, baseUrl: 'https://acme.ghe.com' }, {})).toEqual({
      COPILOT_GH_HOST: 'acme.ghe.com',
    });
  });

  test('are OpenAI, Azure and Anthropic', () => {
    expect(openaiModels.env({ ...PROVIDER, baseUrl: 'https://gateway.test/v1' }, { 'x-a': '1', 'x-b': '2' })).toEqual({
      COPILOT_PROVIDER_TYPE: 'openai',
      COPILOT_PROVIDER_BASE_URL: 'https://gateway.test/v1',
      COPILOT_PROVIDER_HEADERS: 'x-a: 1\nx-b: 2',
    });
    expect(openaiModels.env({ ...PROVIDER, query: { 'api-version': '2024-10-21' } }, {})).toMatchObject({
      COPILOT_PROVIDER_TYPE: 'azure',
      COPILOT_PROVIDER_AZURE_API_VERSION: '2024-10-21',
    });
    expect(() => openaiModels.env({ ...PROVIDER, query: { tier: '1' } }, {})).toThrow(UserError);
    expect(anthropicModels.env(PROVIDER, {})).toEqual({
      COPILOT_PROVIDER_TYPE: 'anthropic',
      COPILOT_PROVIDER_BASE_URL: 'https://api.anthropic.com',
    });
  });
});

describe('the first run of copilot', () => {
  const seeds = (files: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      copilotFirstRun({ ...FACTS, autonomy: 'auto', credentials: {}, existing: (file) => files[file] }).map(
        ({ file, content }) => [file, JSON.parse(content)],
      ),
    );

  test('trusts the workspace and lets a login be kept in a file', () => {
    expect(seeds({})).toEqual({
      'config.json': { trustedFolders: ['/workspace'] },
      'settings.json': { storeTokenPlaintext: true },
    });
  });

  test('keeps what is there, a login too, and writes nothing when nothing changes', () => {
    const config = '// comment\n{"authTokens":{"a":{"token":"t"}},"trustedFolders":["/other"]}';
    expect(seeds({ 'config.json': config, 'settings.json': '{"storeTokenPlaintext":true}' })).toEqual({
      'config.json': { authTokens: { a: { token: 't' } }, trustedFolders: ['/other', '/workspace'] },
    });
    const done = {
      'config.json': '{"trustedFolders":["/workspace"]}',
      'settings.json': '{"storeTokenPlaintext":true}',
    };
    expect(seeds(done)).toEqual({});
    expect(seeds({ 'config.json': 'x', 'settings.json': '[]' })).toEqual({});
  });
});
