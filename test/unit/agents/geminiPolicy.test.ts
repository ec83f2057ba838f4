import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { geminiPolicy } from '../../../src/agents/geminiPolicy.ts';
import { UserError } from '../../../src/errors.ts';

const NONE = { allow: [], ask: [], deny: [] };

describe('permissions of gemini', () => {
  test('are rules, denied before asked before allowed', () => {
    const permissions = { allow: ['read_file'], ask: ['mcp_github_*'], deny: ['ShellTool(git push)', 'write_file'] };
    expect(geminiPolicy(permissions)).toMatchInlineSnapshot(`
      "# Written by agentbox at each run, from permissions in config.yaml.

      [[rule]]
      toolName = "run_shell_command"
      commandPrefix = "git push"
      decision = "deny"
      priority = 900

      [[rule]]
      toolName = "write_file"
      decision = "deny"
      priority = 900

      [[rule]]
      toolName = "mcp_github_*"
      decision = "ask_user"
      priority = 800

      [[rule]]
      toolName = "read_file"
      decision = "allow"
      priority = 700
      "
    `);
  });

  test('quote what an entry says', () => {
    const policy = geminiPolicy({ ...NONE, deny: ['run_shell_command(echo "a\\b")'] });
    expect(policy).toContain('commandPrefix = "echo \\"a\\\\b\\""\n');
  });

  test.each(['', 'write_file(a.txt)', 'run_shell_command(', 'a b', 'run_shell_command()', 'x"\nallow'])(
    'are not %j',
    (entry) => {
      expect(() => geminiPolicy({ ...NONE, deny: [entry] })).toThrow(UserError);
    },
  );

  test('lie where the settings of the image have gemini look', () => {
    const settings = JSON.parse(readFileSync(new URL('../../../images/gemini/settings.json', import.meta.url), 'utf8'));
    expect(settings.adminPolicyPaths).toEqual(['/home/agent/.gemini/agentbox-policy.toml']);
  });
});
