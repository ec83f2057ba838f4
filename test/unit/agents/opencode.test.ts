import { describe, expect, test } from 'vitest';
import { opencode } from '../../../src/agents/opencode.ts';
import type { Provider, ProviderName } from '../../../src/config/profile.ts';

const RUN = { autonomy: 'auto', resume: false, workspace: '/w', provider: undefined, permissions: undefined } as const;

function provider(name: ProviderName, more: Partial<Provider> = {}): Provider {
  const none = { project: undefined, region: undefined, adc: undefined, profile: undefined };
  return { name, baseUrl: undefined, headers: {}, query: {}, ...none, ...more };
}

const env = (of: Provider, headers = {}) => opencode.providers[of.name]?.env(of, headers);
const settings = (of: Provider, headers = {}) => JSON.parse(env(of, headers)?.['OPENCODE_CONFIG_CONTENT'] ?? 'null');

describe('opencode', () => {
  test('is told its permissions and where the project is, and nothing else, on its command line', () => {
    const [program, ...rest] = opencode.command({ ...RUN, resume: true });
    expect(program).toBe('env');
    expect(rest).toEqual(['PWD=/w', expect.stringMatching(/^OPENCODE_PERMISSION=\{/), 'opencode', '--continue=true']);
  });

  test('takes no settings of a project', () => {
    expect(opencode.env).toMatchObject({ OPENCODE_DISABLE_PROJECT_CONFIG: '1' });
  });

  test('leads its places in the home to the state directory', () => {
    expect(Object.keys(opencode.homeLinks)).toEqual([
      '.config/opencode',
      '.local/share/opencode',
      '.local/state/opencode',
    ]);
    // opencode takes ~/.opencode for settings too, so the state may not be there.
    expect(opencode.stateDir).toBe('/home/agent/.opencode-state');
  });

  test.each([
    ['anthropic', 'https://models.acme.test', 'https://models.acme.test/v1'],
    ['anthropic', 'https://models.acme.test/v1', 'https://models.acme.test/v1'],
    ['openai', 'https://acme.openai.test/openai/v1', 'https://acme.openai.test/openai/v1'],
    ['google', 'https://models.acme.test', 'https://models.acme.test/v1beta'],
  ] as const)('with %s at %s sends to %s', (name, baseUrl, baseURL) => {
    expect(settings(provider(name, { baseUrl }), { 'x-team': 's3cret' })).toEqual({
      provider: { [name]: { options: { baseURL, headers: { 'x-team': 's3cret' } } } },
    });
  });

  test('with nothing said of its provider sets nothing', () => {
    expect(env(provider('anthropic'))).toEqual({});
  });

  test('with vertex names the region, and with bedrock leaves it to the variables of that cloud', () => {
    expect(env(provider('vertex', { project: 'acme', region: 'europe-west1' }))).toEqual({
      VERTEX_LOCATION: 'europe-west1',
    });
    expect(env(provider('bedrock', { region: 'eu-west-1' }))).toEqual({});
  });
});
