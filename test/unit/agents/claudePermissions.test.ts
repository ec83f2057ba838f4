import { describe, expect, test } from 'vitest';
import { claudePermissions } from '../../../src/agents/claudePermissions.ts';
import { userError } from '../support/config.ts';

describe('the permissions of claude', () => {
  test('are flags that no word after them can be taken for', () => {
    const permissions = { allow: ['Bash(npm test:*)'], ask: ['WebFetch'], deny: ['Read(./secrets/**)', 'mcp__x__y'] };
    expect(claudePermissions(permissions)).toEqual([
      '--allowedTools=Bash(npm test:*)',
      '--disallowedTools=Read(./secrets/**)',
      '--disallowedTools=mcp__x__y',
      '--settings',
      '{"permissions":{"ask":["WebFetch"]}}',
    ]);
  });

  test('are none when there are none', () => {
    expect(claudePermissions(undefined)).toEqual([]);
    expect(claudePermissions({ allow: [], ask: [], deny: [] })).toEqual([]);
  });

  test.each(['Bash(rm:*', 'Bash rm', '(x)', 'Bash()', 'Read(a) Read(b)x', '-x'])(
    'are refused when claude would pass over one: %s',
    async (rule) => {
      const error = await userError(() => claudePermissions({ allow: [], ask: [], deny: [rule] }));
      expect(error.message).toContain('is no rule of claude');
    },
  );
});
