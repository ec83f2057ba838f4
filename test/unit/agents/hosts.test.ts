import { describe, expect, it } from 'vitest';
import { exactHosts } from '../../../src/agents/exactHosts.ts';
import { AGENTS, agentOf } from '../../../src/agents/index.ts';
import type { Provider, ProviderName } from '../../../src/config/profile.ts';
import { ruleProblem } from '../../../src/network/policy/parse.ts';

const provider = (name: ProviderName, changes: Partial<Provider> = {}): Provider => ({
  name,
  baseUrl: undefined,
  headers: {},
  query: {},
  project: 'acme-ai',
  region: 'europe-west1',
  adc: undefined,
  profile: undefined,
  ...changes,
});

const hosts = (agent: string, name: ProviderName, changes: Partial<Provider> = {}) =>
  agentOf(agent).providers[name]?.hosts(provider(name, changes));

describe('the hosts of a provider', () => {
  it.each([
    ['claude', 'anthropic', ['api.anthropic.com']],
    ['claude', 'vertex', ['europe-west1-aiplatform.googleapis.com', 'oauth2.googleapis.com']],
    ['claude', 'bedrock', ['bedrock-runtime.europe-west1.amazonaws.com']],
    ['codex', 'openai', ['api.openai.com']],
    ['opencode', 'anthropic', ['api.anthropic.com']],
    ['opencode', 'openai', ['api.openai.com']],
    ['opencode', 'google', ['generativelanguage.googleapis.com']],
    ['opencode', 'vertex', ['europe-west1-aiplatform.googleapis.com', 'oauth2.googleapis.com']],
    ['opencode', 'bedrock', ['bedrock-runtime.europe-west1.amazonaws.com']],
    ['opencode', 'copilot', ['api.githubcopilot.com']],
    ['gemini', 'google', ['generativelanguage.googleapis.com']],
    ['copilot', 'openai', ['api.openai.com']],
    ['copilot', 'anthropic', ['api.anthropic.com']],
    ['pi', 'anthropic', ['api.anthropic.com']],
    ['pi', 'openai', ['api.openai.com']],
    ['pi', 'google', ['generativelanguage.googleapis.com']],
  ] as const)('%s with %s', (agent, name, expected) => {
    expect(hosts(agent, name)).toEqual(expected);
  });

  it('on Vertex AI depend on the region', () => {
    const first = (region: string) => hosts('claude', 'vertex', { region })?.[0];
    expect(first('global')).toBe('aiplatform.googleapis.com');
    expect(first('eu')).toBe('aiplatform.eu.rep.googleapis.com');
    expect(first('us')).toBe('aiplatform.us.rep.googleapis.com');
    expect(first('us-east5')).toBe('us-east5-aiplatform.googleapis.com');
  });

  it('of gemini on Vertex AI have the global one, where a key is taken', () => {
    expect(hosts('gemini', 'vertex')).toEqual([
      'europe-west1-aiplatform.googleapis.com',
      'oauth2.googleapis.com',
      'aiplatform.googleapis.com',
    ]);
    expect(hosts('gemini', 'vertex', { region: 'global' })).toEqual([
      'aiplatform.googleapis.com',
      'oauth2.googleapis.com',
    ]);
  });

  it("are those of copilot's plans, or of an enterprise with an address of its own", () => {
    expect(hosts('copilot', 'copilot')).toEqual([
      'api.github.com',
      'api.githubcopilot.com',
      'api.individual.githubcopilot.com',
      'api.business.githubcopilot.com',
      'api.enterprise.githubcopilot.com',
    ]);
    expect(hosts('copilot', 'copilot', { baseUrl: 'https://acme.ghe.com' })).toEqual([
      'acme.ghe.com',
      'api.acme.ghe.com',
      'copilot-api.acme.ghe.com',
    ]);
  });

  it('give way to the base URL', () => {
    const baseUrl = 'https://models.acme.test:8443/v1';
    for (const agent of AGENTS) {
      for (const [name, wiring] of Object.entries(agent.providers)) {
        if (!wiring.takes.includes('baseUrl') || name === 'copilot') continue;
        const given = wiring.hosts(provider(name as ProviderName, { baseUrl }));
        expect(given.filter((host) => host !== 'oauth2.googleapis.com')).toEqual(['models.acme.test:8443']);
      }
    }
    expect(exactHosts(undefined, ['a.test'])).toEqual(['a.test']);
    expect(exactHosts({ baseUrl: 'http://models.acme.test/v1' }, ['a.test'])).toEqual(['models.acme.test:80']);
  });
});

it.each(AGENTS)('all hosts of $name are exact rules', (agent) => {
  const all = [
    ...agent.hosts,
    ...(agent.login?.hosts ?? []),
    ...Object.entries(agent.providers).flatMap(([name, wiring]) => [
      ...wiring.hosts(provider(name as ProviderName)),
      ...(agent.defaultProviders.includes(name as ProviderName) ? wiring.hosts(undefined) : []),
    ]),
  ];
  for (const host of all) {
    expect(ruleProblem(host, 'allow')).toBeUndefined();
    expect(host).not.toContain('*');
  }
});
