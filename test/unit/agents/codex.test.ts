import { describe, expect, test } from 'vitest';
import { codex } from '../../../src/agents/codex.ts';
import type { Provider } from '../../../src/config/profile.ts';
import { userError } from '../support/config.ts';

const FACTS = {
  autonomy: 'auto',
  resume: false,
  workspace: '/workspace',
  provider: undefined,
  permissions: undefined,
} as const;

const PROVIDER: Provider = {
  name: 'openai',
  baseUrl: undefined,
  headers: {},
  query: {},
  project: undefined,
  region: undefined,
  adc: undefined,
  profile: undefined,
};

/** The overrides of a command line. */
function settings(argv: readonly string[]): readonly string[] {
  expect(argv.filter((_, index) => index % 2 === 1)).toEqual(Array((argv.length - 1) / 2).fill('-c'));
  return argv.filter((_, index) => index > 0 && index % 2 === 0);
}

describe('the command line of codex', () => {
  test('is overrides alone, so that a subcommand may follow', () => {
    expect(settings(codex.command(FACTS))).toEqual([
      'cli_auth_credentials_store="file"',
      'mcp_oauth_credentials_store="file"',
      'approval_policy="never"',
      'sandbox_mode="danger-full-access"',
      'projects={"/workspace"={"trust_level"="trusted"}}',
      'check_for_update_on_startup=false',
      'analytics.enabled=false',
      'feedback.enabled=false',
      'features.daemon_auto_start=false',
      'features.plugins=false',
      'features.unbounded_connection_retries=false',
    ]);
  });

  test('lets codex ask where the autonomy or the permissions say so, and leaves its sandbox off', () => {
    const permissions = { allow: [], ask: ['git push'], deny: [] };
    for (const facts of [
      { ...FACTS, autonomy: 'ask' as const },
      { ...FACTS, permissions },
    ]) {
      expect(settings(codex.command(facts))).toEqual(
        expect.arrayContaining(['approval_policy="on-request"', 'sandbox_mode="danger-full-access"']),
      );
    }
  });

  test('keeps a path whole, whatever is in it', () => {
    expect(settings(codex.command({ ...FACTS, workspace: '/work/a.b "c"\\d' }))).toContain(
      'projects={"/work/a.b \\"c\\"\\\\d"={"trust_level"="trusted"}}',
    );
  });

  test.each([
    [['OPENAI_API_KEY'], 'OPENAI_API_KEY'],
    [['CODEX_API_KEY'], 'CODEX_API_KEY'],
    [['CODEX_API_KEY', 'OPENAI_API_KEY', 'PATH'], 'OPENAI_API_KEY'],
  ])('with %j in the environment takes the key from %s', (variables, key) => {
    const found = settings(codex.command({ ...FACTS, variables }));
    expect(found).toContain('model_provider="agentbox"');
    expect(found.at(-1)).toBe(
      `model_providers.agentbox={"name"="OpenAI","base_url"="https://api.openai.com/v1","wire_api"="responses","env_key"="${key}","env_http_headers"={},"query_params"={}}`,
    );
  });

  test('without a key leaves codex to its login', () => {
    expect(codex.command({ ...FACTS, variables: ['PATH'] }).join(' ')).not.toContain('model_provider');
    expect(codex.command({ ...FACTS, provider: PROVIDER }).join(' ')).not.toContain('model_provider');
  });

  test('names an endpoint, its parameters and where the values of its headers are, and never a value', () => {
    const provider: Provider = {
      ...PROVIDER,
      baseUrl: 'https://acme.openai.azure.com/openai/v1',
      headers: { 'api-key': { env: 'AZURE' }, 'x-team': 'a team' },
      query: { 'api-version': 'preview' },
    };
    const argv = codex.command({ ...FACTS, provider, variables: [] });
    expect(argv.at(-1)).toBe(
      'model_providers.agentbox={"name"="model gateway","base_url"="https://acme.openai.azure.com/openai/v1","wire_api"="responses","env_http_headers"={"api-key"="AGENTBOX_HEADER_0","x-team"="AGENTBOX_HEADER_1"},"query_params"={"api-version"="preview"}}',
    );
    expect(codex.providers.openai?.env(provider, { 'api-key': 'secret', 'x-team': 'a team' })).toEqual({
      AGENTBOX_HEADER_0: 'secret',
      AGENTBOX_HEADER_1: 'a team',
    });
  });

  test('says no to permissions that codex cannot express', async () => {
    const permissions = { allow: [], ask: [], deny: ['Bash(git push:*)'] };
    const error = await userError(() => codex.command({ ...FACTS, permissions }));
    expect(error.trouble).toBe('config');
    expect(error.message).toContain('Bash(git push:*)');
  });
});

describe('the last conversation of codex', () => {
  test.each([
    [[], 'resume --last --include-non-interactive'],
    [['and now?'], 'resume --last --include-non-interactive and now?'],
    [['exec', '--json', 'and now?'], 'exec resume --last --json and now?'],
    [['e', 'and now?'], 'exec resume --last and now?'],
  ])('goes on with the arguments %j', (args, expected) => {
    expect(codex.resumedArgs?.(args).join(' ')).toBe(expected);
  });
});
