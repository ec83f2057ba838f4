import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';

const FACTS = { workspace: '/workspace', provider: undefined, permissions: undefined } as const;

describe('claude', () => {
  test.each([
    { autonomy: 'auto', resume: false, command: 'claude --dangerously-skip-permissions' },
    { autonomy: 'auto', resume: true, command: 'claude --dangerously-skip-permissions --continue' },
    { autonomy: 'ask', resume: false, command: 'claude --permission-mode default' },
    { autonomy: 'ask', resume: true, command: 'claude --permission-mode default --continue' },
  ] as const)('with autonomy $autonomy and resume $resume runs $command', ({ autonomy, resume, command }) => {
    expect(claude.command({ ...FACTS, autonomy, resume }).join(' ')).toBe(command);
  });

  test('keeps all it remembers in the state directory', () => {
    expect(claude.env['CLAUDE_CONFIG_DIR']).toBe(claude.stateDir);
  });

  test('does not update itself or call home', () => {
    expect(claude.env).toMatchObject({ DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' });
  });
});
