import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Provider } from '../../../src/config/profile.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { NO_ENV } from '../../../src/credentials/resolved.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { UserError } from '../../../src/errors.ts';
import { ADC_PATH, adcSecrets, checkAdc } from '../../../src/providers/adc.ts';
import { put, request, world } from '../credentials/support.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { provider } from './support.ts';

const USER = { type: 'authorized_user', client_id: 'id', client_secret: 'the-secret', refresh_token: 'the-token' };
const SERVICE = { type: 'service_account', client_email: 'a@b.test', private_key: 'the-key' };

const usual = (deps: SourceDeps) => join(deps.paths.home, '.config/gcloud/application_default_credentials.json');
const named = (changes: Partial<Provider> = {}, more = {}) => {
  const vertex = provider({ name: 'vertex', project: 'acme-ai', region: 'europe-west1', ...changes });
  return request({ profile: profile({ providers: { claude: vertex }, ...more }) });
};

/** Credentials in a file that the provider names. */
async function fromFile(content: object | string, mode?: number) {
  const deps = await world();
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const adc = await put(join(deps.paths.home, 'adc.json'), text, mode);
  return resolveCredentials(named({ adc }), deps);
}

describe('Google credentials', () => {
  test('are one file, byte for byte, where every library looks', async () => {
    const { credentials } = await fromFile(USER);
    expect(credentials).toMatchObject([
      {
        name: 'GOOGLE_APPLICATION_CREDENTIALS',
        delivery: 'file',
        path: ADC_PATH,
        when: 'always',
        value: JSON.stringify(USER),
      },
    ]);
  });

  test.each([
    ['the key of a service account', SERVICE],
    ['a user of a workforce', { ...USER, type: 'external_account_authorized_user', token_url: 'https://x.test' }],
    [
      'an impersonation',
      { type: 'impersonated_service_account', service_account_impersonation_url: 'x', source_credentials: USER },
    ],
  ])('may be %s', async (_, content) => {
    expect((await fromFile(content)).credentials).toHaveLength(1);
  });

  test.each([
    ['that run a program', { type: 'external_account', credential_source: { executable: {} } }, /runs a program/],
    ['that read another file', { type: 'external_account', credential_source: { file: '/x' } }, /reads another file/],
    ['of a machine in a cloud', { type: 'external_account', credential_source: { url: 'x' } }, /asks this machine/],
    ['of no known type', { type: 'gdch_service_account' }, /its type is none of authorized_user, /],
    ['called toString', { type: 'toString' }, /its type is none of/],
    ['that lack a part', { ...USER, refresh_token: '' }, /without refresh_token/],
    ['that are a list', '[1]', /its type is none of/],
    ['that are no JSON', 'the-token', /no JSON object/],
    [
      'that impersonate by a program',
      {
        type: 'impersonated_service_account',
        service_account_impersonation_url: 'x',
        source_credentials: { type: 'external_account', credential_source: { executable: {} } },
      },
      /runs a program/,
    ],
  ])('%s are refused, without a word of what they hold', async (_, content, why) => {
    const error = await userError(() => fromFile(content));
    expect(error.why).toMatch(why);
    expect(JSON.stringify([error.message, error.why, error.next])).not.toMatch(/the-token|the-secret/);
  });

  test('that others can read are refused', async () => {
    expect(await userError(() => fromFile(USER, 0o644))).toMatchObject({ trouble: 'refused' });
  });

  test('of this machine go to client default and to who asks for them', async () => {
    const deps = await world();
    await put(usual(deps), JSON.stringify(USER));
    const found = { source: `file ${usual(deps)}` };
    expect((await resolveCredentials(named({}, { login: 'host' }), deps)).credentials).toMatchObject([found]);
  });

  test('of this machine are those that GOOGLE_APPLICATION_CREDENTIALS names', async () => {
    const home = await world();
    const file = await put(join(home.paths.home, 'other.json'), JSON.stringify(SERVICE));
    const deps = { ...home, env: { GOOGLE_APPLICATION_CREDENTIALS: file } };
    expect((await resolveCredentials(named({}, { login: 'host' }), deps)).credentials).toMatchObject([
      { source: `file ${file}` },
    ]);
    const relative = { ...home, env: { GOOGLE_APPLICATION_CREDENTIALS: 'other.json' } };
    const error = await userError(() => resolveCredentials(named({}, { login: 'host' }), relative));
    expect(error.message).toContain('no absolute path');
  });

  test('of this machine do not go to another client, which is told what to do', async () => {
    const deps = await world();
    await put(usual(deps), JSON.stringify(USER));
    const error = await userError(() => resolveCredentials(named(), deps));
    expect(error).toMatchObject({ message: 'no credentials for claude with vertex in client acme' });
    expect(error.next).toEqual([
      'in config.yaml, client acme: providers.claude.adc: FILE   (application default credentials, or the key of a service account)',
      'in config.yaml, client acme: login: host   (a copy of your own)',
    ]);
  });

  test('that this machine does not have can be made', async () => {
    const error = await userError(async () => resolveCredentials(named({}, { login: 'host' }), await world()));
    expect(error.next[0]).toBe('gcloud auth application-default login');
  });

  test('are not looked for when a variable names a file in the box, or a gateway has a key of its own', async () => {
    const env = { ...NO_ENV, profile: { GOOGLE_APPLICATION_CREDENTIALS: '/home/agent/adc.json' } };
    expect((await resolveCredentials({ ...named(), env }, await world())).credentials).toEqual([]);
    const deps = await world({ env: { KEY: 'x' } });
    const { credentials } = await resolveCredentials(named({ headers: { Authorization: { env: 'KEY' } } }), deps);
    expect(credentials).toMatchObject([{ delivery: 'header', header: 'Authorization', value: 'x' }]);
  });

  test('are taken or refused, whatever a file holds', async () => {
    const type = fc.constantFrom('impersonated_service_account', 'external_account', 'authorized_user', '__proto__');
    const source = fc.letrec((tie) => ({
      adc: fc.record({ type, source_credentials: fc.oneof(fc.jsonValue(), tie('adc')) }, { requiredKeys: [] }),
    })).adc;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.json(),
          fc.string(),
          source.map((value) => JSON.stringify(value)),
        ),
        async (text) => {
          const error = await userError(() => {
            checkAdc(text, 'FILE');
            throw new UserError('credentials', 'taken');
          });
          expect(error.trouble).toBe('credentials');
        },
      ),
    );
  });

  test('have parts that are secret by themselves', () => {
    const text = JSON.stringify({ type: 'impersonated_service_account', source_credentials: USER });
    expect(adcSecrets(text)).toEqual(['the-secret', 'the-token']);
  });
});
