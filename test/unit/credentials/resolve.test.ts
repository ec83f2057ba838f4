import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { shell } from '../../../src/agents/shell.ts';
import type { Credential } from '../../../src/config/profile.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { NO_ENV } from '../../../src/credentials/resolved.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { hostLoginFile, loginText, put, request, stateLoginFile, world } from './support.ts';

const fromEnv = (variable: string, deliver: Credential['deliver'] = 'env'): Credential => ({
  source: { env: variable },
  deliver,
  agents: undefined,
});
const acme = (credentials: Readonly<Record<string, Credential>>) => profile({ credentials });

describe('the credentials of a run', () => {
  test('are those configured, each with its source in words', async () => {
    const deps = await world({ env: { CORP: 'key', GH: 'token' } });
    const file = '/home/agent/.config/gh/token';
    const configured = acme({ ANTHROPIC_API_KEY: fromEnv('CORP'), GITHUB: fromEnv('GH', { file }) });
    const { credentials, notices } = await resolveCredentials(request({ profile: configured }), deps);
    expect(credentials).toEqual([
      { name: 'ANTHROPIC_API_KEY', source: 'environment CORP', expires: undefined, delivery: 'env', value: 'key' },
      {
        name: 'GITHUB',
        source: 'environment GH',
        expires: undefined,
        delivery: 'file',
        path: file,
        when: 'once',
        value: 'token',
      },
    ]);
    expect(notices).toEqual([]);
  });

  test('put files in over what is there when they are to be fresh', async () => {
    const deps = await world({ env: { GH: 'token' } });
    const configured = acme({ GITHUB: fromEnv('GH', { file: '/tmp/t' }) });
    const { credentials } = await resolveCredentials(request({ agent: shell, profile: configured, fresh: true }), deps);
    expect(credentials).toMatchObject([{ when: 'always' }]);
  });

  test('stop the run when a source gives nothing, naming it', async () => {
    const error = await userError(async () =>
      resolveCredentials(request({ profile: acme({ ANTHROPIC_API_KEY: fromEnv('CORP') }) }), await world()),
    );
    expect(error).toMatchObject({ trouble: 'credentials', message: 'ANTHROPIC_API_KEY: CORP is not set' });
  });

  test('leave a source alone that --env replaces, and say so', async () => {
    const env = { ...NO_ENV, flags: { ANTHROPIC_API_KEY: 'mine' } };
    const configured = acme({ ANTHROPIC_API_KEY: { ...fromEnv('X'), source: { command: ['false'] } } });
    expect(await resolveCredentials(request({ profile: configured, env }), await world())).toEqual({
      credentials: [],
      notices: ['--env ANTHROPIC_API_KEY replaces the credential of that name'],
    });
  });

  test.each(['file', 'profile', 'flags'])('are not missed when a variable of %s has one', async (where) => {
    const env = { ...NO_ENV, [where]: { CLAUDE_CODE_OAUTH_TOKEN: 'x' } };
    expect((await resolveCredentials(request({ env }), await world())).credentials).toEqual([]);
  });

  test('are not missed when another provider serves the agent', async () => {
    const env = { ...NO_ENV, profile: { CLAUDE_CODE_USE_BEDROCK: '1' } };
    expect((await resolveCredentials(request({ env }), await world())).credentials).toEqual([]);
  });

  test('are not needed by a shell', async () => {
    expect((await resolveCredentials(request({ agent: shell }), await world())).credentials).toEqual([]);
  });

  test.each(['/workspace/.env', '/home/agent', '/home/agent/../x', '/home/agent/x/', '/etc/x', '/home/agents/x'])(
    'are never delivered to %s',
    async (file) => {
      const deps = await world({ env: { GH: 'token' } });
      const refused = () => resolveCredentials(request({ profile: acme({ GITHUB: fromEnv('GH', { file }) }) }), deps);
      expect((await userError(refused)).trouble).toBe('refused');
    },
  );
});

describe('an agent that nothing serves', () => {
  test('stops the run with each way to mend it', async () => {
    const error = await userError(async () => resolveCredentials(request(), await world()));
    expect(error).toMatchObject({ trouble: 'credentials', message: 'no credentials for claude in client acme' });
    expect(error.next).toEqual([
      'agentbox login --client acme   (a login of its own)',
      'in config.yaml, client acme: credentials: { ANTHROPIC_API_KEY: { env: ANTHROPIC_API_KEY } }',
      'in config.yaml, client acme: login: host   (a copy of your own)',
    ]);
  });

  test('of another client than default does not take the key of the caller', async () => {
    const deps = await world({ env: { ANTHROPIC_API_KEY: 'mine' } });
    await put(hostLoginFile(deps), loginText('mine', 5));
    expect((await userError(() => resolveCredentials(request(), deps))).message).toContain('no credentials');
  });
});

describe('client default', () => {
  const byDefault = (changes = {}) => request({ profile: profile({ client: 'default', login: 'host', ...changes }) });

  test('takes the strongest variable that the agent understands', async () => {
    const env = { CLAUDE_CODE_OAUTH_TOKEN: 'weak', ANTHROPIC_API_KEY: 'strong', OTHER: 'x' };
    const { credentials } = await resolveCredentials(byDefault(), await world({ env }));
    expect(credentials).toMatchObject([{ name: 'ANTHROPIC_API_KEY', delivery: 'env', value: 'strong' }]);
    expect(credentials).toHaveLength(1);
  });

  test('takes the login of the host after that', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('mine', 5));
    const { credentials } = await resolveCredentials(byDefault(), deps);
    expect(credentials).toMatchObject([{ name: 'claude login', delivery: 'file', when: 'once' }]);
  });

  test('with neither says what to type', async () => {
    const error = await userError(async () => resolveCredentials(byDefault(), await world()));
    expect(error.next).toEqual([
      'agentbox login   (a login of its own)',
      'export ANTHROPIC_API_KEY=…',
      'agentbox init   (sets a client up by a few questions)',
    ]);
  });

  test('prefers what is configured', async () => {
    const deps = await world({ env: { ANTHROPIC_API_KEY: 'mine', CORP: 'corp' } });
    const { credentials } = await resolveCredentials(
      byDefault({ credentials: { CLAUDE_CODE_OAUTH_TOKEN: fromEnv('CORP') } }),
      deps,
    );
    expect(credentials).toMatchObject([{ name: 'CLAUDE_CODE_OAUTH_TOKEN', value: 'corp' }]);
  });

  test('in the state of a client is its own, not that of default', async () => {
    const deps = await world();
    await put(stateLoginFile(deps, 'acme'), loginText('acme', 5, 'refresh'));
    await expect(resolveCredentials(byDefault(), deps)).rejects.toThrow('no credentials');
    expect(join(deps.paths.dataDir, 'clients/acme/agents/claude/.credentials.json')).toBe(stateLoginFile(deps));
  });
});
