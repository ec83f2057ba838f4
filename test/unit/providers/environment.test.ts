import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import type { Provider } from '../../../src/config/profile.ts';
import { deliver } from '../../../src/credentials/deliver.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { type BoxEnv, NO_ENV, type Resolved } from '../../../src/credentials/resolved.ts';
import { ADC_PATH } from '../../../src/providers/adc.ts';
import { providerVariableNames } from '../../../src/providers/environment.ts';
import { request, world } from '../credentials/support.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { provider } from './support.ts';

const HEADER: Resolved = {
  ...{ name: 'header X-Corp', source: 'x', expires: undefined },
  ...{ delivery: 'header', header: 'X-Corp', value: 'the-header' },
};
const ADC: Resolved = {
  ...{ name: 'GOOGLE_APPLICATION_CREDENTIALS', source: 'x', expires: undefined },
  ...{ delivery: 'file', path: ADC_PATH, when: 'always', value: '{"refresh_token":"the-token"}' },
};

function delivered(changes: Partial<Provider>, credentials: readonly Resolved[] = [], env: BoxEnv = NO_ENV) {
  const { frames, notices, secrets } = deliver({
    agent: claude,
    profile: profile({ providers: { claude: provider(changes) } }),
    workspace: '/workspace',
    credentials,
    env,
    existing: () => undefined,
    extra: [],
  });
  const variables = Object.fromEntries(
    frames.flatMap((frame) => (frame.op === 'env' ? [[frame.name, frame.value] as const] : [])),
  );
  return { variables, notices, secrets };
}

const GUARD = { CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1' };

describe('the variables that turn claude to a provider', () => {
  test('for a gateway are its address and headers, and a login stays possible', () => {
    const headers = { 'X-Corp': { env: 'X' }, 'X-Team': 'blue' };
    expect(delivered({ baseUrl: 'https://models.acme.test', headers }, [HEADER]).variables).toEqual({
      ANTHROPIC_BASE_URL: 'https://models.acme.test',
      ANTHROPIC_CUSTOM_HEADERS: 'X-Corp: the-header\nX-Team: blue',
    });
  });

  test('for a gateway with a key of its own keep projects from leading it elsewhere', () => {
    expect(delivered({ headers: { 'x-api-key': 'plain' } }).variables).toMatchObject(GUARD);
  });

  test('for Vertex are project, region and the one file, and projects cannot lead it elsewhere', () => {
    const vertex = { name: 'vertex', project: 'acme-ai', region: 'europe-west1' } as const;
    expect(delivered(vertex, [ADC]).variables).toEqual({
      ...GUARD,
      CLAUDE_CODE_USE_VERTEX: '1',
      ANTHROPIC_VERTEX_PROJECT_ID: 'acme-ai',
      GOOGLE_CLOUD_PROJECT: 'acme-ai',
      CLOUD_ML_REGION: 'europe-west1',
      GOOGLE_APPLICATION_CREDENTIALS: ADC_PATH,
    });
    const gateway = delivered({ ...vertex, baseUrl: 'https://g.test/v1', headers: { Authorization: 'Bearer x' } });
    expect(gateway.variables).toMatchObject({
      ANTHROPIC_VERTEX_BASE_URL: 'https://g.test/v1',
      CLAUDE_CODE_SKIP_VERTEX_AUTH: '1',
    });
  });

  test('for Bedrock are the region and the address, and projects cannot lead it elsewhere', () => {
    expect(delivered({ name: 'bedrock', region: 'eu-central-1', baseUrl: 'https://g.test' }).variables).toEqual({
      ...GUARD,
      CLAUDE_CODE_USE_BEDROCK: '1',
      AWS_REGION: 'eu-central-1',
      AWS_DEFAULT_REGION: 'eu-central-1',
      ANTHROPIC_BEDROCK_BASE_URL: 'https://g.test',
    });
  });

  test('win over env, which is said, and not over --env', () => {
    const env = {
      ...NO_ENV,
      profile: { AWS_REGION: 'other', CLAUDE_CODE_USE_BEDROCK: '0' },
      flags: { AWS_REGION: 'mine' },
    };
    const { variables, notices } = delivered({ name: 'bedrock', region: 'eu-central-1' }, [], env);
    expect(variables).toMatchObject({ AWS_REGION: 'mine', CLAUDE_CODE_USE_BEDROCK: '1' });
    expect(notices).toEqual([
      "CLAUDE_CODE_USE_BEDROCK is set by the provider and by env or env_file: the provider's is used",
    ]);
  });

  test('have names that are known without any value', () => {
    const named = profile({ providers: { claude: provider({ headers: { 'X-Corp': { env: 'X' } } }) } });
    expect(providerVariableNames(named, claude)).toEqual(['ANTHROPIC_CUSTOM_HEADERS']);
  });
});

describe('what nothing may print', () => {
  test('are the values of headers, and the whole and the parts of Google credentials', () => {
    expect(delivered({ headers: { 'X-Corp': { env: 'X' } } }, [HEADER, ADC]).secrets).toEqual([
      'the-header',
      '{"refresh_token":"the-token"}',
      'the-token',
    ]);
  });
});

describe('a header whose value is somewhere else', () => {
  const named = (headers: Provider['headers']) =>
    request({
      profile: profile({ providers: { claude: provider({ headers }) } }),
      env: { ...NO_ENV, flags: { ANTHROPIC_API_KEY: 'x' } },
    });

  test('is read at each run, the others are not', async () => {
    const deps = await world({ env: { CORP: 'value' } });
    const { credentials } = await resolveCredentials(named({ 'X-Corp': { env: 'CORP' }, 'X-Team': 'blue' }), deps);
    expect(credentials).toEqual([
      {
        ...{ name: 'header X-Corp', source: 'environment CORP', expires: undefined },
        ...{ delivery: 'header', header: 'X-Corp', value: 'value' },
      },
    ]);
  });

  test('is named when its source gives nothing', async () => {
    const error = await userError(async () => resolveCredentials(named({ 'X-Corp': { env: 'CORP' } }), await world()));
    expect(error.message).toBe('header X-Corp: CORP is not set');
  });

  test('has one line, so that it cannot add another header', async () => {
    const deps = await world({ env: { CORP: 'a\nX-Api-Key: b' } });
    const error = await userError(() => resolveCredentials(named({ 'X-Corp': { env: 'CORP' } }), deps));
    expect(error.message).toBe('the value of header X-Corp has several lines, which no header can hold');
  });
});
