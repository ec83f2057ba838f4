import { describe, expect, test } from 'vitest';
import { codex } from '../../../src/agents/codex.ts';
import { codexRules } from '../../../src/agents/codexRules.ts';
import { userError } from '../support/config.ts';

describe('permissions for codex', () => {
  test('are rules for the first words of commands', () => {
    const rules = codexRules({ allow: ['rm'], ask: ['npm  publish'], deny: ['git push'] });
    expect(rules.split('\n').slice(1)).toEqual([
      'prefix_rule(pattern=["rm"], decision="allow")',
      'prefix_rule(pattern=["npm","publish"], decision="prompt")',
      'prefix_rule(pattern=["git","push"], decision="forbidden", justification="denied by the permissions in agentbox\'s configuration")',
      '',
    ]);
  });

  test('that are gone leave no rule behind', () => {
    const [seed] = codex.firstRun({
      autonomy: 'auto',
      workspace: '/workspace',
      provider: undefined,
      permissions: undefined,
      credentials: {},
      existing: () => undefined,
    });
    expect(seed?.file).toBe('rules/agentbox.rules');
    expect(seed?.content).not.toContain('prefix_rule');
  });

  test.each(['', ' ', 'Bash(ls)', 'rm *', 'a"b', "a'b", 'a;b', 'a\\b', '$(x)', 'WebFetch(domain:x)'])(
    'that are no words are refused: %j',
    async (entry) => {
      const error = await userError(() => codexRules({ allow: [entry], ask: [], deny: [] }));
      expect(error.trouble).toBe('config');
      expect(error.message).toContain('permissions of codex, allow');
    },
  );
});
