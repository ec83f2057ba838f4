import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { shell } from '../../../src/agents/shell.ts';
import { checkProvider } from '../../../src/providers/check.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { provider } from './support.ts';

describe('a provider', () => {
  test.each(['anthropic', 'vertex', 'bedrock'] as const)('%s is one of claude, at another address too', (name) => {
    const named = provider({ name, baseUrl: 'https://models.acme.test', headers: { 'X-Team': 'blue' } });
    expect(() => checkProvider(profile({ providers: { claude: named } }), claude)).not.toThrow();
  });

  test('that the agent does not have is refused, with those it has', async () => {
    const error = await userError(() =>
      checkProvider(profile({ providers: { claude: provider({ name: 'copilot' }) } }), claude),
    );
    expect(error).toMatchObject({
      trouble: 'config',
      message: 'Claude Code cannot be served by copilot',
      why: 'its providers are: anthropic, vertex, bedrock',
      next: ['in config.yaml, client acme: providers.claude: name: anthropic'],
    });
  });

  test('for an agent that needs none is refused', async () => {
    const error = await userError(() =>
      checkProvider(profile({ providers: { shell: provider({ name: 'openai' }) } }), shell),
    );
    expect(error.why).toBe('it needs no provider');
  });

  test('with parameters that the agent cannot send is refused, with what it can', async () => {
    const named = provider({ query: { 'api-version': '1' } });
    const error = await userError(() => checkProvider(profile({ providers: { claude: named } }), claude));
    expect(error).toMatchObject({
      message: 'Claude Code with anthropic cannot be given query',
      why: 'it takes: base_url, headers',
      next: ['in config.yaml, client acme: providers.claude: remove query'],
    });
  });

  test('of another agent is not looked at', () => {
    expect(() => checkProvider(profile({ providers: { shell: provider({ name: 'openai' }) } }), claude)).not.toThrow();
  });
});
