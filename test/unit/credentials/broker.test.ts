import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../src/agents/agent.ts';
import { claude } from '../../../src/agents/claude.ts';
import { copilot } from '../../../src/agents/copilot.ts';
import { gemini } from '../../../src/agents/gemini.ts';
import { shell } from '../../../src/agents/shell.ts';
import type { Credential, Profile, Provider } from '../../../src/config/profile.ts';
import { deliver } from '../../../src/credentials/deliver.ts';
import { keptSecrets } from '../../../src/credentials/keptSecrets.ts';
import { placeholderFor } from '../../../src/credentials/placeholder.ts';
import { reportCredentials } from '../../../src/credentials/report.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { NO_ENV } from '../../../src/credentials/resolved.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { parsed, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { ended, request, world } from './support.ts';

const KEY = 'sk-ant-api03-0123456789abcdefghijklmnopqrstuvwxyz';
const provider = (given: Partial<Provider> & Pick<Provider, 'name'>): Provider => ({
  ...{
    baseUrl: undefined,
    headers: {},
    query: {},
    project: undefined,
    region: undefined,
    adc: undefined,
    profile: undefined,
  },
  ...given,
});
const from = (variable: string, more: Partial<Credential> = {}): Credential => ({
  ...{ source: { env: variable }, deliver: 'auto', agents: undefined },
  ...more,
});
const gateway = (changes: Partial<Profile> = {}) => profile({ network: 'gateway', ...changes });

interface Given {
  readonly agent?: Agent;
  readonly env?: Readonly<Record<string, string>>;
  readonly deps?: Partial<SourceDeps>;
}

/** What a run would have: its frames as one text, its variables, and what stays with the gateway. */
async function ran(profile: Profile, { agent = claude, env = {}, deps = {} }: Given = {}) {
  const outside = await world({ env, ...deps });
  const { credentials, notices } = await resolveCredentials(request({ profile, agent }), outside);
  const { frames, secrets } = deliver({
    ...{ agent, profile, workspace: '/workspace', credentials, env: NO_ENV, existing: () => undefined, extra: [] },
  });
  const variables = Object.fromEntries(
    frames.flatMap((frame) => (frame.op === 'env' ? [[frame.name, frame.value]] : [])),
  );
  return { text: JSON.stringify(frames), variables, kept: keptSecrets(credentials), notices, secrets };
}

describe('through a gateway', () => {
  test("a key of the agent's provider stays outside, and the box has a placeholder that looks like it", async () => {
    const run = await ran(gateway({ credentials: { ANTHROPIC_API_KEY: from('CORP') } }), { env: { CORP: KEY } });
    const [kept] = run.kept;
    expect(kept).toMatchObject({
      name: 'ANTHROPIC_API_KEY',
      value: KEY,
      hosts: ['api.anthropic.com'],
      expires: undefined,
    });
    expect(run.variables['ANTHROPIC_API_KEY']).toBe(kept?.placeholder);
    expect(run.variables['ANTHROPIC_API_KEY']).toMatch(/^sk-ant-api03-[A-Za-z0-9]+agentbox0placeholder$/);
    expect(run.text).not.toContain(KEY.slice(13));
    expect(run.secrets).toContain(KEY);
    expect(run.notices).toEqual([]);
    // As with the key itself, so that a project's settings do not choose the address.
    expect(run.variables).toHaveProperty('CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST');
  });

  test("the caller's own key of client default stays outside too", async () => {
    const run = await ran(gateway({ client: 'default' }), { env: { ANTHROPIC_API_KEY: KEY } });
    expect(run.kept).toMatchObject([{ value: KEY, hosts: ['api.anthropic.com'] }]);
    expect(run.text).not.toContain(KEY);
  });

  test('each run has its own placeholders, and claude knows them all as approved', async () => {
    const configured = gateway({ credentials: { ANTHROPIC_API_KEY: from('CORP') } });
    const [one, two] = [await ran(configured, { env: { CORP: KEY } }), await ran(configured, { env: { CORP: KEY } })];
    expect(one.kept[0]?.placeholder).not.toBe(two.kept[0]?.placeholder);
    expect(one.text).toContain('\\"agentbox0placeholder\\"');
    expect(one.text.replaceAll(`${one.kept[0]?.placeholder}`, '')).toBe(
      two.text.replaceAll(`${two.kept[0]?.placeholder}`, ''),
    );
  });

  test('the address of the provider is where the key goes', async () => {
    const of = async (baseUrl: string) => {
      const settings = gateway({
        credentials: { ANTHROPIC_API_KEY: from('CORP') },
        providers: { claude: provider({ name: 'anthropic', baseUrl }) },
      });
      return ran(settings, { env: { CORP: KEY } });
    };
    expect((await of('https://models.acme.test/v1')).kept).toMatchObject([{ hosts: ['models.acme.test'] }]);
    expect((await of('https://models.acme.test:8443')).kept).toMatchObject([{ hosts: ['models.acme.test:8443'] }]);
    const plain = await of('http://models.acme.test');
    expect(plain.kept).toEqual([]);
    expect(plain.variables['ANTHROPIC_API_KEY']).toBe(KEY);
    expect(plain.notices).toEqual(['ANTHROPIC_API_KEY goes into the box as it is: its address is plain HTTP']);
  });

  test("a secret header of the provider stays outside, in the agent's own way to take headers", async () => {
    const settings = gateway({
      providers: {
        claude: provider({
          ...{ name: 'anthropic', baseUrl: 'https://models.acme.test' },
          headers: { 'X-Team': 'blue', 'X-Gateway-Key': { env: 'GATE' } },
        }),
      },
    });
    const run = await ran(settings, { env: { GATE: 'Bearer gate-0123456789' } });
    expect(run.kept).toMatchObject([
      { name: 'header X-Gateway-Key', value: 'Bearer gate-0123456789', hosts: ['models.acme.test'] },
    ]);
    expect(run.variables['ANTHROPIC_CUSTOM_HEADERS']).toBe(`X-Team: blue\nX-Gateway-Key: ${run.kept[0]?.placeholder}`);
    expect(run.text).not.toContain('gate-0123456789');
  });

  test('a token of GitHub is for its hosts, whoever the agent is', async () => {
    const settings = gateway({ credentials: { GITHUB_TOKEN: from('GH') } });
    for (const agent of [shell, claude]) {
      const given = { agent, env: { GH: 'ghp_0123456789abcdefghijklmnopqrstuvwxyz' } };
      const own = agent === claude ? { ANTHROPIC_API_KEY: from('GH') } : {};
      const run = await ran({ ...settings, credentials: { ...settings.credentials, ...own } }, given);
      const token = run.kept.find(({ name }) => name === 'GITHUB_TOKEN');
      expect(token?.hosts.slice(0, 2)).toEqual(['github.com', 'api.github.com']);
      expect(token?.placeholder).toMatch(/^ghp_[A-Za-z0-9]{36}$/);
    }
    const { kept } = await ran(settings, { agent: copilot, env: { GH: 'gho_0123456789' } });
    expect(kept[0]?.hosts).toEqual(expect.arrayContaining(['api.githubcopilot.com', 'github.com']));
  });

  test('a name of which no host is known is a variable, and the run says so, unless that was asked for', async () => {
    const env = { NPM: 'npm_0123456789' };
    const auto = await ran(gateway({ credentials: { NPM_TOKEN: from('NPM') } }), { agent: shell, env });
    expect(auto.variables['NPM_TOKEN']).toBe('npm_0123456789');
    expect(auto.notices).toEqual(['NPM_TOKEN goes into the box as it is: no host is known for it']);
    const asked = gateway({ credentials: { NPM_TOKEN: from('NPM', { deliver: 'env' }) } });
    expect((await ran(asked, { agent: shell, env })).notices).toEqual([]);
    const named = gateway({ credentials: { NPM_TOKEN: from('NPM', { hosts: ['npm.acme.test'] }) } });
    expect((await ran(named, { agent: shell, env })).kept).toMatchObject([{ hosts: ['npm.acme.test'] }]);
  });

  test('hosts that the user names count, and no others', async () => {
    const settings = gateway({
      credentials: { ANTHROPIC_API_KEY: from('CORP', { hosts: ['models.acme.test:8443'] }) },
    });
    expect((await ran(settings, { env: { CORP: KEY } })).kept).toMatchObject([{ hosts: ['models.acme.test:8443'] }]);
  });

  test('a file stays a file', async () => {
    const settings = gateway({
      credentials: { TOKEN: from('X', { deliver: { file: '/tmp/token' }, hosts: ['a.test'] }) },
    });
    const run = await ran(settings, { agent: shell, env: { X: 'value-0123' } });
    expect(run.kept).toEqual([]);
    expect(run.text).toContain('value-0123');
  });

  test('a value of several lines is a variable', async () => {
    const settings = gateway({ credentials: { GITHUB_TOKEN: from('GH') } });
    const run = await ran(settings, { agent: shell, env: { GH: 'one\ntwo' } });
    expect(run.kept).toEqual([]);
    expect(run.notices).toEqual(['GITHUB_TOKEN goes into the box as it is: its value fits into no header']);
  });

  test('what a program gives can be asked for again', async () => {
    const source = { command: ['gh', 'auth', 'token'] };
    const settings = gateway({ credentials: { GITHUB_TOKEN: from('', { source }) } });
    const deps = { execute: async () => ended({ stdout: 'gho_0123456789\n' }) };
    const { kept } = await ran(settings, { agent: shell, deps });
    expect(kept).toMatchObject([{ value: 'gho_0123456789', renew: source }]);
  });
});

describe('a key of AWS through a gateway', () => {
  const bedrock = { claude: provider({ name: 'bedrock', region: 'eu-central-1' }) };
  const env = { ID: 'AKIA0123456789ABCDEF', SECRET: 'secret/0123456789+abc', SESSION: 'session/0123456789==' };
  const host = 'bedrock-runtime.eu-central-1.amazonaws.com';
  const part = {
    AWS_ACCESS_KEY_ID: from('ID'),
    AWS_SECRET_ACCESS_KEY: from('SECRET'),
    AWS_SESSION_TOKEN: from('SESSION'),
  };

  test('is one secret that signs, and the box has placeholders of all its parts', async () => {
    const run = await ran(gateway({ credentials: part, providers: bedrock }), { env });
    const id = run.variables['AWS_ACCESS_KEY_ID'];
    expect(run.kept).toMatchObject([
      {
        ...{ name: 'AWS_ACCESS_KEY_ID', placeholder: id, value: env.SECRET, hosts: [host] },
        sign: { kind: 'sigv4', accessKeyId: env.ID, sessionToken: env.SESSION },
      },
    ]);
    expect(run.kept).toHaveLength(1);
    expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/);
    for (const value of Object.values(env)) expect(run.text).not.toContain(value);
    expect(Object.keys(run.variables)).toEqual(expect.arrayContaining(Object.keys(part)));
  });

  test('goes in as it is when a part of it does', async () => {
    const credentials = { ...part, AWS_SECRET_ACCESS_KEY: from('SECRET', { deliver: 'env' as const }) };
    const run = await ran(gateway({ credentials, providers: bedrock }), { env });
    expect(run.kept).toEqual([]);
    expect(run.variables).toMatchObject({ AWS_ACCESS_KEY_ID: env.ID, AWS_SESSION_TOKEN: env.SESSION });
    expect(run.notices).toContain(
      'AWS_ACCESS_KEY_ID goes into the box as it is: not all parts of the key are brokered',
    );
  });

  test('of a profile can be exported again', async () => {
    const exported = { Version: 1, AccessKeyId: env.ID, SecretAccessKey: env.SECRET, SessionToken: env.SESSION };
    const deps = {
      execute: async () => ended({ stdout: JSON.stringify({ ...exported, Expiration: '2026-03-01T12:30:00Z' }) }),
    };
    const providers = { claude: provider({ name: 'bedrock', region: 'eu-central-1', profile: 'acme' }) };
    const run = await ran(gateway({ providers }), { deps });
    expect(run.kept).toMatchObject([
      {
        expires: Date.parse('2026-03-01T12:30:00Z'),
        renew: { command: expect.arrayContaining(['export-credentials']) },
      },
    ]);
    expect(run.text).not.toContain(env.SECRET);
    // It is renewed in time.
    expect(run.notices).toEqual([]);
  });

  test('a bearer token is a secret like others', async () => {
    const credentials = { AWS_BEARER_TOKEN_BEDROCK: from('ID') };
    const { kept } = await ran(gateway({ credentials, providers: bedrock }), { env });
    expect(kept).toMatchObject([{ name: 'AWS_BEARER_TOKEN_BEDROCK', hosts: [host] }]);
    expect(kept[0]).not.toHaveProperty('sign');
  });
});

describe('the broker that was asked for', () => {
  const broker = { deliver: 'broker' } as const;

  test.each(['open', 'none'] as const)('is an error with network %s', async (network) => {
    const settings = profile({ network, credentials: { ANTHROPIC_API_KEY: from('CORP', broker) } });
    const error = await userError(() => ran(settings, { env: { CORP: KEY } }));
    expect(error.message).toBe('ANTHROPIC_API_KEY cannot be delivered by the broker');
    expect(error.why).toBe(`it needs network: gateway, and this run has ${network}`);
  });

  test('is an error where no host is known, or the address is plain', async () => {
    const unknown = gateway({ credentials: { NPM_TOKEN: from('X', broker) } });
    const error = await userError(() => ran(unknown, { agent: shell, env: { X: 'x' } }));
    expect(error.why).toBe('no host is known for it');
    expect(error.next.join()).toContain('hosts:');
    const providers = { gemini: provider({ name: 'google', baseUrl: 'http://models.acme.test' }) };
    const plain = gateway({ providers, credentials: { GEMINI_API_KEY: from('X', broker) } });
    expect((await userError(() => ran(plain, { agent: gemini, env: { X: 'x' } }))).why).toBe(
      'its address is plain HTTP',
    );
  });
});

test('without a gateway everything is as it was', async () => {
  for (const network of ['open', 'none'] as const) {
    const settings = profile({ network, credentials: { ANTHROPIC_API_KEY: from('CORP'), NPM_TOKEN: from('CORP') } });
    const run = await ran(settings, { env: { CORP: KEY } });
    expect(run.variables).toMatchObject({ ANTHROPIC_API_KEY: KEY, NPM_TOKEN: KEY });
    expect({ kept: run.kept, notices: run.notices }).toEqual({ kept: [], notices: [] });
  }
});

test('creds tells what is brokered to where, and why the others are not', async () => {
  const credentials = { ANTHROPIC_API_KEY: from('CORP'), NPM_TOKEN: from('CORP'), X: from('CORP', { deliver: 'env' }) };
  const rows = await reportCredentials(
    request({ profile: gateway({ credentials }) }),
    await world({ env: { CORP: KEY } }),
  );
  expect(rows.map(({ name, delivery, state, why }) => [name, delivery, state, why])).toEqual([
    ['ANTHROPIC_API_KEY', 'broker, to api.anthropic.com', 'ok', undefined],
    ['NPM_TOKEN', 'env', 'ok', 'not brokered: no host is known for it'],
    ['X', 'env', 'ok', undefined],
  ]);
  expect(JSON.stringify(rows)).not.toContain('agentbox0placeholder');
});

test('the configuration takes deliver: broker and hosts, and refuses what is no host', async () => {
  const config = (hosts: string) =>
    parsed(`clients: { acme: { credentials: { T: { env: X, deliver: broker, hosts: [${hosts}] } } } }`);
  const { clients } = await config('"Api.GitHub.com", "a.test:8443", "[2001:db8::1]:443", "10.0.0.1"');
  expect(clients.get('acme')?.credentials?.['T']).toMatchObject({
    ...{ deliver: 'broker', hosts: ['api.github.com', 'a.test:8443', '[2001:db8::1]:443', '10.0.0.1'] },
  });
  for (const wrong of ['"*.github.com"', '"https://a.test"', '"a.test/x"', '"a.test:0"', '"a b"', '""', '"a..b"']) {
    await expect(config(wrong)).rejects.toMatchObject({ trouble: 'config' });
  }
});

test('a placeholder keeps a known beginning and nothing else of a value', () => {
  for (const known of ['sk-ant-oat01-', 'sk-proj-', 'github_pat_', 'glpat-', 'AIza', 'ghp_']) {
    expect(placeholderFor(`${known}0123456789`).startsWith(known)).toBe(true);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 300 }), (value) => {
      const placeholder = placeholderFor(value);
      expect(placeholder).toMatch(/^[A-Za-z0-9._-]+$/);
      expect(placeholder.length).toBeLessThanOrEqual(200);
      expect(placeholder.length).toBeGreaterThanOrEqual(20);
      expect(placeholderFor(value)).not.toBe(placeholder);
    }),
  );
});
