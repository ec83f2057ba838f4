import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claudeFirstRun } from '../../../src/agents/claudeFirstRun.ts';

const KEY = 'sk-ant-api03-abcdefghijklmnopqrstuvwxyz-0123456789';
const TAIL = KEY.slice(-20);

function seeds(
  files: Readonly<Record<string, string>>,
  changes: { autonomy?: 'auto' | 'ask'; workspace?: string; credentials?: Record<string, string> } = {},
): Record<string, unknown> {
  const facts = {
    ...({ autonomy: 'auto', workspace: '/workspace', provider: undefined, permissions: undefined } as const),
    credentials: {},
    ...changes,
  } as const;
  const made = claudeFirstRun({ ...facts, existing: (file) => files[file] });
  return Object.fromEntries(made.map(({ file, content }) => [file, JSON.parse(content)]));
}

describe('the first-run files of claude', () => {
  test('answer onboarding, trust, imports and the bypass warning in an empty state', () => {
    expect(seeds({})).toEqual({
      '.claude.json': {
        hasCompletedOnboarding: true,
        projects: { '/workspace': { hasTrustDialogAccepted: true, hasClaudeMdExternalIncludesWarningShown: true } },
      },
      'settings.json': { skipDangerousModePermissionPrompt: true },
    });
  });

  test('accept nothing about the bypass mode when the agent asks', () => {
    expect(seeds({}, { autonomy: 'ask' })).toEqual({
      '.claude.json': {
        hasCompletedOnboarding: true,
        projects: { '/workspace': { hasTrustDialogAccepted: true } },
      },
    });
  });

  test('approve the API key by its last twenty characters, and take it from the rejected ones', () => {
    const before = JSON.stringify({ customApiKeyResponses: { approved: ['other'], rejected: [TAIL, 'third'] } });
    const { '.claude.json': config } = seeds({ '.claude.json': before }, { credentials: { ANTHROPIC_API_KEY: KEY } });
    expect(config).toMatchObject({ customApiKeyResponses: { approved: ['other', TAIL], rejected: ['third'] } });
    expect(JSON.stringify(config)).not.toContain(KEY);
  });

  test('do not speak of a key when there is none', () => {
    const credentials = { CLAUDE_CODE_OAUTH_TOKEN: 'token' };
    expect(seeds({}, { credentials })['.claude.json']).not.toHaveProperty('customApiKeyResponses');
  });

  test('keep what other projects and the same project have', () => {
    const before = { projects: { '/other': { allowedTools: ['Bash'] }, '/workspace': { lastCost: 3 } } };
    expect(seeds({ '.claude.json': JSON.stringify(before) })['.claude.json']).toMatchObject({
      projects: { '/other': { allowedTools: ['Bash'] }, '/workspace': { lastCost: 3, hasTrustDialogAccepted: true } },
    });
  });

  test('keep the settings that are there', () => {
    const before = JSON.stringify({ model: 'opus', permissions: { deny: ['WebFetch'] } });
    expect(seeds({ 'settings.json': before })['settings.json']).toEqual({
      model: 'opus',
      permissions: { deny: ['WebFetch'] },
      skipDangerousModePermissionPrompt: true,
    });
  });

  test.each(['{ broken', '[]', 'null', '"text"', ''])('leave a file alone that is no object: %j', (text) => {
    expect(seeds({ '.claude.json': text, 'settings.json': text })).toEqual({});
  });

  test('never lose a key, and have nothing to say the second time', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (config, name) => {
        const workspace = `/${name}`;
        const files = { '.claude.json': JSON.stringify(config), 'settings.json': '{}' };
        const options = { workspace, credentials: { ANTHROPIC_API_KEY: KEY } };
        const first = seeds(files, options);
        expect(Object.keys(first['.claude.json'] as object)).toEqual(
          expect.arrayContaining(Object.keys(JSON.parse(files['.claude.json']))),
        );
        const again = Object.fromEntries(Object.entries(first).map(([file, value]) => [file, JSON.stringify(value)]));
        expect(seeds({ ...files, ...again }, options)).toEqual({});
      }),
    );
  });
});
