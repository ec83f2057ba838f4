import { expect, test } from 'vitest';
import { agentOf } from '../../../src/agents/index.ts';
import type { Profile } from '../../../src/config/profile.ts';
import { evaluateName } from '../../../src/network/policy/evaluate.ts';
import { policyOf, refuseDenied } from '../../../src/plan/policy.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';

const made = (agent: string, changes: Partial<Profile> = {}, more = {}) =>
  policyOf(profile(changes), agentOf(agent), { login: false, registries: {}, ...more });
const lines = (agent: string, changes: Partial<Profile> = {}, more = {}) =>
  made(agent, changes, more).rules.map(({ verdict, text, from }) => `${verdict} ${text} (${from})`);

const key = { source: { env: 'KEY' }, deliver: 'env', agents: undefined } as const;

test('an agent reaches its provider, and what its login needs where that may serve', () => {
  expect(lines('claude')).toEqual(['allow api.anthropic.com (claude)', 'allow platform.claude.com (claude)']);
  expect(lines('codex')).toEqual([
    'allow api.openai.com (codex)',
    'allow auth.openai.com (codex)',
    'allow chatgpt.com (codex)',
  ]);
});

test('with a credential the login is not needed, but where one is being made', () => {
  const credentials = { OPENAI_API_KEY: key };
  expect(lines('codex', { credentials })).toEqual(['allow api.openai.com (codex)']);
  expect(lines('codex', { credentials }, { login: true })).toContain('allow auth.openai.com (codex)');
  // One key of three providers: the other two may be logged in to.
  expect(lines('opencode', { credentials })).toContain('allow auth.openai.com (opencode)');
});

test('a provider of the profile takes the place of the usual ones', () => {
  const claude = {
    name: 'vertex',
    baseUrl: undefined,
    headers: {},
    query: {},
    project: 'acme-ai',
    region: 'europe-west1',
    adc: undefined,
    profile: undefined,
  } as const;
  expect(lines('claude', { providers: { claude } })).toEqual([
    'allow europe-west1-aiplatform.googleapis.com (claude)',
    'allow oauth2.googleapis.com (claude)',
  ]);
  expect(lines('claude', { providers: { claude: { ...claude, baseUrl: 'http://10.1.2.3:4000' } } })).toContain(
    'allow 10.1.2.3:4000 (claude)',
  );
});

test('a shell reaches what the user allows, and nothing else', () => {
  expect(lines('shell')).toEqual([]);
  expect(
    lines(
      'shell',
      {
        deny: [{ text: 'uploads.github.com', from: 'config' }],
        allow: [
          { text: 'npm', from: 'config' },
          { text: 'db:5432', from: '--allow' },
        ],
      },
      { registries: { npm: ['packages.acme.test'] } },
    ),
  ).toEqual([
    'deny uploads.github.com (config)',
    'allow *.npmjs.org (preset npm)',
    'allow *.yarnpkg.com (preset npm)',
    'allow packages.acme.test (preset npm)',
    'allow db:5432 (--allow)',
  ]);
});

test("what the user denies wins over the agent's own hosts and over presets", () => {
  const policy = made('claude', {
    deny: [{ text: '*.anthropic.com', from: 'config' }],
    allow: [{ text: 'github', from: 'config' }],
  });
  const at = (host: string, port = 443) => evaluateName(policy, [], { host, port, now: 0 });
  expect(at('api.anthropic.com')).toMatchObject({ verdict: 'deny', reason: 'denied' });
  expect(at('github.com', 22)).toMatchObject({ verdict: 'allow' });
  expect(at('raw.githubusercontent.com')).toMatchObject({ verdict: 'allow' });
  expect(at('gist.github.com')).toMatchObject({ verdict: 'deny', reason: 'not-allowed' });
});

test('a rule that is there twice counts once, and too many are refused', async () => {
  const allow = [{ text: 'api.anthropic.com', from: 'config' }];
  expect(lines('claude', { allow: [...allow, ...allow] })).toEqual([
    'allow api.anthropic.com (config)',
    'allow platform.claude.com (claude)',
  ]);
  const many = Array.from({ length: 1001 }, (_, index) => ({ text: `h${index}.test`, from: '--allow' }));
  expect((await userError(() => made('shell', { allow: many }))).message).toBe('the policy has 1001 rules');
});

test('a service that is forwarded is allowed by that at exactly its port, and a rule that denies it is told', async () => {
  const one = { boxPort: 15_432, host: 'db.corp', port: 5432, from: '--forward' };
  const forward = { 15432: one, 6379: { boxPort: 6379, host: 'fd00::5', port: 6379, from: 'config' } };
  expect(lines('shell', { forward })).toEqual(['allow [fd00::5]:6379 (config)', 'allow db.corp:5432 (--forward)']);
  const policy = made('shell', { forward });
  const at = (host: string, port: number) => evaluateName(policy, [], { host, port, now: 0 }).verdict;
  expect([at('db.corp', 5432), at('db.corp', 443), at('x.db.corp', 5432), at('fd00::5', 6379)]).toEqual([
    ...['allow', 'deny', 'deny', 'allow'],
  ]);
  expect(refuseDenied(policy, Object.values(forward), 0)).toBeUndefined();
  const denied = made('shell', { forward, deny: [{ text: '*.corp', from: 'config' }] });
  const error = await userError(() => refuseDenied(denied, [one], 0));
  expect(error.message).toBe('db.corp:5432 (--forward) cannot be forwarded: a rule denies it');
  expect(error.why).toMatch(/^\*\.corp \(config\) wins/);
});
