import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { AGENTS } from '../../../src/agents/index.ts';
import { shell } from '../../../src/agents/shell.ts';
import type { Credential } from '../../../src/config/profile.ts';
import { credentialsFor } from '../../../src/credentials/select.ts';
import { profile } from '../support/facts.ts';

const credential = (agents?: readonly string[]): Credential => ({ source: { env: 'X' }, deliver: 'env', agents });

describe('an agent gets', () => {
  const credentials = {
    ANTHROPIC_API_KEY: credential(),
    GITHUB_TOKEN: credential(),
    FOR_SHELL: credential(['shell']),
    CLAUDE_CODE_OAUTH_TOKEN: credential(['shell']),
    NOBODY: credential([]),
  };
  const names = (agent: typeof claude) =>
    credentialsFor(profile({ credentials }), agent, AGENTS).map(({ name }) => name);

  test('what it understands, and what no agent understands', () => {
    expect(names(claude)).toEqual(['ANTHROPIC_API_KEY', 'GITHUB_TOKEN']);
  });

  test('what names it, even what another understands', () => {
    expect(names(shell)).toEqual(['GITHUB_TOKEN', 'FOR_SHELL', 'CLAUDE_CODE_OAUTH_TOKEN']);
  });
});
