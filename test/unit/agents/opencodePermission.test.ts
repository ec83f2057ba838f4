import { describe, expect, test } from 'vitest';
import { opencodePermission } from '../../../src/agents/opencodePermission.ts';
import { userError } from '../support/config.ts';

const NONE = { allow: [], ask: [], deny: [] };

describe('the permissions of opencode', () => {
  test('with autonomy auto leave nothing to ask', () => {
    expect(opencodePermission('auto', undefined)).toEqual({
      read: 'allow',
      external_directory: 'allow',
      doom_loop: 'allow',
    });
  });

  test('with autonomy ask ask before anything is changed, run or fetched', () => {
    expect(opencodePermission('ask', NONE)).toEqual({ edit: 'ask', bash: 'ask', webfetch: 'ask', websearch: 'ask' });
  });

  test('put what is denied last, as the last rule that fits is obeyed', () => {
    const rules = opencodePermission('ask', {
      allow: ['bash: git *', 'bash: git push *', 'edit'],
      ask: ['bash: git commit *'],
      deny: ['bash: git push *', 'webfetch', 'jira_*'],
    });
    expect(JSON.stringify(rules)).toBe(
      JSON.stringify({
        edit: 'allow',
        bash: { '*': 'ask', 'git *': 'allow', 'git commit *': 'ask', 'git push *': 'deny' },
        webfetch: 'deny',
        websearch: 'ask',
        'jira_*': 'deny',
      }),
    );
  });

  test('deny a tool also where a pattern that is asked for covers it', () => {
    const rules = opencodePermission('ask', { allow: ['*'], ask: ['edit', '*'], deny: ['bash', '*: secret'] });
    expect(JSON.stringify(rules)).toBe(
      JSON.stringify({
        '*': { '*': 'ask', secret: 'deny' },
        edit: { '*': 'ask', secret: 'deny' },
        bash: { '*': 'deny', secret: 'deny' },
        webfetch: 'ask',
        websearch: 'ask',
      }),
    );
  });

  test('deny a whole tool after its patterns', () => {
    const rules = opencodePermission('auto', { ...NONE, allow: ['bash: git *'], deny: ['bash'] });
    expect(Object.entries(rules['bash'] ?? {})).toEqual([
      ['git *', 'allow'],
      ['*', 'deny'],
    ]);
  });

  test.each(['', 'bash:', 'git push', 'webfetch: https://*', 'Bash(git push:*)'])('do not take %j', async (entry) => {
    const error = await userError(() => opencodePermission('auto', { ...NONE, deny: [entry] }));
    expect(error.trouble).toBe('config');
    expect(error.message).toContain(JSON.stringify(entry).slice(1, -1));
  });
});
