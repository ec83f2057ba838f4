import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { gemini } from '../../../src/agents/gemini.ts';
import type { Profile, Provider } from '../../../src/config/profile.ts';
import { deliver } from '../../../src/credentials/deliver.ts';
import { keptSecrets } from '../../../src/credentials/keptSecrets.ts';
import { reportCredentials } from '../../../src/credentials/report.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { type CredentialRequest, NO_ENV } from '../../../src/credentials/resolved.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { readRenewed } from '../../../src/network/keeper/readRenewed.ts';
import { ADC_PATH } from '../../../src/providers/adc.ts';
import { standInAdc } from '../../../src/providers/google/standInAdc.ts';
import { tokenUrl } from '../../../src/providers/google/tradable.ts';
import { type CloudApi, startCloudApi } from '../../stand-ins/cloudApi.ts';
import { GOOGLE_TOKEN_HOSTS, googleTokens } from '../../stand-ins/googleTokens.ts';
import { NOW, put, request, world } from '../credentials/support.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { provider } from './support.ts';

const pair = generateKeyPairSync('rsa', {
  ...{ modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const USER = {
  ...{ type: 'authorized_user', client_id: '1-x.apps.googleusercontent.com', client_secret: 'GOCSPX-of the client' },
  ...{ refresh_token: '1//refresh+of/the user', quota_project_id: 'acme-pays', account: 'ann@acme.test' },
};
const SERVICE = {
  ...{ type: 'service_account', project_id: 'acme-ai', private_key_id: 'id-of-the-key', private_key: pair.privateKey },
  ...{ client_email: 'robot@acme-ai.test', token_uri: 'https://oauth2.googleapis.com/token' },
};
const ACCOUNT = 'other@acme-ai.test';
const impersonating = (source: object, account = ACCOUNT) => ({
  type: 'impersonated_service_account',
  service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
  source_credentials: source,
});
const HOST = 'europe-west1-aiplatform.googleapis.com';

let google: CloudApi;
let made = 0;
let seconds = 3599;
beforeAll(async () => {
  const next = () => {
    made += 1;
    return { token: `ya29.access-${made}-0123456789`, seconds };
  };
  const known = { refreshToken: USER.refresh_token, clientSecret: USER.client_secret, next };
  const service = { publicKey: pair.publicKey, email: SERVICE.client_email, impersonated: ACCOUNT };
  google = await startCloudApi(googleTokens({ ...known, ...service }), GOOGLE_TOKEN_HOSTS);
});
afterAll(() => google.close());

/** This machine with that file, behind a proxy that leads to the stand-in. */
async function machine(adc: object): Promise<{ deps: SourceDeps; file: string }> {
  const deps = await world();
  const [file, ca] = [join(deps.paths.home, 'adc.json'), join(deps.paths.home, 'ca.pem')];
  await put(file, JSON.stringify(adc));
  await put(ca, google.certificate);
  const env = { HTTPS_PROXY: `http://127.0.0.1:${google.port}`, NODE_EXTRA_CA_CERTS: ca };
  return { deps: { ...deps, env }, file };
}

function vertex(adc: string, changes: Partial<Provider> = {}, more: Partial<Profile> = {}): CredentialRequest {
  const served = provider({ name: 'vertex', project: 'acme-ai', region: 'europe-west1', adc, ...changes });
  return request({ profile: profile({ network: 'gateway', providers: { claude: served, gemini: served }, ...more }) });
}

/** What a run with that file sends into the box, and what it keeps outside. */
async function ran(adc: object, changes: Partial<Provider> = {}, more: Partial<Profile> = {}) {
  const { deps, file } = await machine(adc);
  const asked = vertex(file, changes, more);
  const { credentials, notices } = await resolveCredentials(asked, deps);
  const { frames, secrets } = deliver({
    ...{ agent: claude, profile: asked.profile, workspace: '/workspace', credentials },
    ...{ env: NO_ENV, existing: () => undefined, extra: [] },
  });
  const inBox = frames.find((frame) => frame.op === 'file' && frame.path === ADC_PATH);
  return { file, deps, frames, secrets, notices, kept: keptSecrets(credentials), inBox };
}

/** Every value of a file but for the kind and the names of projects; of a key each line. */
function valuesOf(adc: object): readonly string[] {
  const found: string[] = [];
  JSON.parse(JSON.stringify(adc), (name, value: unknown) => {
    if (typeof value === 'string' && !['type', 'project_id', 'quota_project_id'].includes(name)) found.push(value);
    return value;
  });
  return found.flatMap((text) => text.split('\n')).filter((text) => text !== '' && !text.includes('PRIVATE KEY'));
}

describe('Google credentials through a gateway', () => {
  test.each([
    ['of a user', USER],
    ['of a service account', SERVICE],
    ['of a user who impersonates an account', impersonating(USER)],
    ['of a service account that impersonates another', impersonating(SERVICE)],
  ])('%s stay outside: the box has a placeholder, and the gateway an access token', async (_, adc) => {
    const { kept, inBox, frames, secrets, notices, file } = await ran(adc);
    const token = `ya29.access-${made}-0123456789`;
    const [secret] = kept;
    expect(kept).toMatchObject([
      {
        ...{ name: 'GOOGLE_APPLICATION_CREDENTIALS', value: token, hosts: [HOST], tokenHost: 'oauth2.googleapis.com' },
        renew: { adc: file },
      },
    ]);
    expect(secret?.placeholder).toMatch(/^ya29\.[A-Za-z0-9]+agentbox0placeholder$/);
    expect(inBox).toMatchObject({ mode: '600', when: 'always' });
    const content = JSON.parse((inBox as { content: string }).content);
    expect(content).toEqual({
      ...{ type: 'authorized_user', client_id: expect.stringMatching(/\.apps\.googleusercontent\.com$/) },
      ...{ client_secret: secret?.placeholder, refresh_token: secret?.placeholder },
      ...('quota_project_id' in adc ? { quota_project_id: 'acme-pays' } : {}),
    });
    expect(frames).toContainEqual({ op: 'env', name: 'GOOGLE_APPLICATION_CREDENTIALS', value: ADC_PATH });
    const [sent, state] = [JSON.stringify(frames), JSON.stringify(kept)];
    expect(valuesOf(adc).length).toBeGreaterThan(2);
    for (const value of valuesOf(adc)) for (const text of [sent, state]) expect(text).not.toContain(value);
    expect(sent).not.toContain(token);
    expect(secrets).toContain(token);
    expect(notices).toEqual([]);
  });

  test('are asked for again by the keeper, from the file as it is then', async () => {
    const { kept, file, deps } = await ran(USER);
    const [secret] = kept;
    expect(secret?.expires).toBe(NOW + 3_599_000);
    const renew = secret?.renew ?? { adc: '' };
    const ways = {
      ...{ execute: deps.execute, now: deps.now, authorities: google.certificate },
      upstream: { url: deps.env['HTTPS_PROXY'] ?? '', direct: [] },
    };
    seconds = 60;
    const renewed = await readRenewed(renew, {}, ways);
    seconds = 3599;
    expect(renewed).toEqual({ value: `ya29.access-${made}-0123456789`, expires: NOW + 60_000 });
    expect(renewed.value).not.toBe(secret?.value);
    await put(file, JSON.stringify({ ...USER, refresh_token: 'another' }));
    const error = await userError(() => readRenewed(renew, {}, ways));
    expect(error.why).toBe('oauth2.googleapis.com answered 400, invalid_grant');
  });

  test.each([
    ['a user whom Google does not know', { ...USER, refresh_token: 'revoked-0123' }, 'invalid_grant', /^gcloud auth/],
    ['a service account with an old key', { ...SERVICE, client_email: 'x@y.test' }, 'invalid_grant', /clock/],
    ['a key that is none', { ...SERVICE, private_key: 'no-key-0123' }, undefined, /^download/],
    [
      'an account that may not be impersonated',
      impersonating(USER, 'third@acme.test'),
      'answered 404',
      /Token Creator/,
    ],
  ])('of %s stop the run with the remedy and no word of them', async (_, adc, why, next) => {
    const error = await userError(() => ran(adc));
    expect(error.trouble).toBe('credentials');
    if (why !== undefined) expect(error.why).toContain(why);
    expect(error.next[0]).toMatch(next);
    const said = JSON.stringify([error.message, error.why, error.next]);
    for (const value of valuesOf(adc)) expect(said).not.toContain(value);
  });

  test('are told of in creds, which asks for a token too', async () => {
    const { deps, file } = await machine(USER);
    const rows = await reportCredentials(vertex(file), deps);
    expect(rows.at(-1)).toMatchObject({ delivery: `broker, to ${HOST}`, state: 'ok', why: undefined });
    const geminis = await reportCredentials({ ...vertex(file), agent: gemini }, deps);
    expect(geminis.at(-1)?.delivery).toBe(`broker, to ${HOST}, aiplatform.googleapis.com`);
    await put(file, JSON.stringify({ ...USER, refresh_token: 'revoked' }));
    expect((await reportCredentials(vertex(file), deps)).at(-1)).toMatchObject({
      ...{ state: 'missing', next: ['gcloud auth application-default login'] },
    });
  });

  test('go to the base URL in the place of the usual host', async () => {
    expect((await ran(USER, { baseUrl: 'https://models.acme.test/v1' })).kept).toMatchObject([
      { hosts: ['models.acme.test'], tokenHost: 'oauth2.googleapis.com' },
    ]);
  });

  test.each([
    ['for plain HTTP', USER, { baseUrl: 'http://models.acme.test' }, 'its address is plain HTTP'],
    [
      'of a workforce',
      { ...USER, type: 'external_account_authorized_user', token_url: 'https://sts.googleapis.com/v1/oauthtoken' },
      ...[{}, 'agentbox cannot renew the login of a workforce'],
    ],
    [
      'of another cloud',
      { ...SERVICE, universe_domain: 'x.test' },
      {},
      'they are of another cloud than googleapis.com',
    ],
    [
      'that impersonate elsewhere',
      { ...impersonating(USER), service_account_impersonation_url: 'https://iamcredentials.googleapis.com.x.test/' },
      ...[{}, 'they impersonate at an address that is not one of Google'],
    ],
  ] as const)('%s go into the box as they are, and the run and creds say why', async (_, adc, changes, why) => {
    const before = google.requests.length;
    const { kept, inBox, notices, file, deps } = await ran(adc, changes);
    expect(kept).toEqual([]);
    expect(inBox).toMatchObject({ content: JSON.stringify(adc) });
    expect(notices).toEqual([`GOOGLE_APPLICATION_CREDENTIALS goes into the box as it is: ${why}`]);
    const row = (await reportCredentials(vertex(file, changes), deps)).at(-1);
    expect(row).toMatchObject({ delivery: `file ${ADC_PATH}, written over`, why: `not brokered: ${why}` });
    expect(google.requests.length).toBe(before);
  });

  test.each(['open', 'none'] as const)('are a file under network: %s', async (network) => {
    const { kept, inBox, notices } = await ran(USER, {}, { network });
    expect({ kept, notices }).toEqual({ kept: [], notices: [] });
    expect(inBox).toMatchObject({ content: JSON.stringify(USER) });
  });

  test('that the user delivers as a file are the only ones, as they are', async () => {
    const { deps, file } = await machine(USER);
    const path = '/home/agent/google.json';
    const own = { source: { file }, deliver: { file: path }, agents: undefined };
    const asked = vertex(file, { adc: undefined }, { credentials: { GOOGLE_APPLICATION_CREDENTIALS: own } });
    const { credentials } = await resolveCredentials(asked, deps);
    expect(credentials).toMatchObject([{ delivery: 'file', path, value: JSON.stringify(USER) }]);
    const { frames } = deliver({
      ...{ agent: claude, profile: asked.profile, workspace: '/workspace', credentials },
      ...{ env: NO_ENV, existing: () => undefined, extra: [] },
    });
    expect(frames).toContainEqual({ op: 'env', name: 'GOOGLE_APPLICATION_CREDENTIALS', value: path });
  });

  test('are waited for no longer than seconds, and what cannot be reached is named', async () => {
    const { deps, file } = await machine(USER);
    const asked = () => resolveCredentials(vertex(file), { ...deps, env: { HTTPS_PROXY: 'http://127.0.0.1:1' } });
    expect(await userError(asked)).toMatchObject({
      ...{ message: 'oauth2.googleapis.com cannot be asked for an access token', why: 'ECONNREFUSED' },
    });
    const untrusted = { HTTPS_PROXY: deps.env['HTTPS_PROXY'] };
    const error = await userError(() => resolveCredentials(vertex(file), { ...deps, env: untrusted }));
    expect(error.why).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  });
});

test('nothing of a file but the project that pays is in its stand-in, whatever it holds', () => {
  const fields = ['client_id', 'client_secret', 'refresh_token', 'private_key', 'client_email', 'account'];
  const value = fc.stringMatching(/^[a-zA-Z0-9/+]{12,60}$/);
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...fields), value), fc.jsonValue(), (adc, paid) => {
      const text = standInAdc('PLACEHOLDER', { ...adc, quota_project_id: paid });
      for (const secret of Object.values(adc)) expect(text).not.toContain(secret);
      const isProject = typeof paid === 'string' && /^[a-z0-9][a-z0-9.:-]{0,99}$/.test(paid);
      expect(JSON.parse(text).quota_project_id).toBe(isProject ? paid : undefined);
    }),
  );
});

test('tokens are traded with Google alone, whatever a file says', () => {
  const usual = 'https://oauth2.googleapis.com/token';
  const at = (token_uri: unknown) => tokenUrl({ token_uri }).href;
  expect(at('https://accounts.google.com/o/oauth2/token')).toBe('https://accounts.google.com/o/oauth2/token');
  const wrong = [
    ...['http://oauth2.googleapis.com/token', 'https://oauth2.googleapis.com.x.test/token', 'https://x.test/token'],
    ...['https://evilgoogle.com/', 'https://u:p@oauth2.googleapis.com/', 'https://oauth2.googleapis.com:8443/', 'x', 7],
  ];
  for (const text of [...wrong, undefined]) expect(at(text)).toBe(usual);
});
