import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, type MessagesRequest, play, serverSent, type Turn } from '../stand-ins/anthropicTurns.ts';
import { bedrockAnswer } from '../stand-ins/bedrockApi.ts';
import { type Answerer, type CloudApi, startCloudApi } from '../stand-ins/cloudApi.ts';
import { googleAnswer } from '../stand-ins/googleApi.ts';
import { GOOGLE_TOKEN_HOSTS, googleTokens } from '../stand-ins/googleTokens.ts';
import { chatAnswer } from '../stand-ins/openaiChat.ts';
import { responsesAnswer } from '../stand-ins/openaiResponses.ts';
import { type OpenaiTurn, type RequestBody, turnAt } from '../stand-ins/openaiTurns.ts';
import { vertexAnswer } from '../stand-ins/vertexApi.ts';
import { leaks, plainCanary } from './support/canary.ts';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const GROUNDS = gatewayGrounds().filter(({ name }) => name === 'docker');

const [key, header, awsId, awsSecret, awsSession, access, other] = [
  plainCanary('key'),
  plainCanary('secret header'),
  plainCanary('id of the AWS key'),
  plainCanary('secret of the AWS key'),
  plainCanary('session token of AWS'),
  plainCanary('first access token of Google'),
  plainCanary('second access token of Google'),
];
const secrets = [key, header, awsId, awsSecret, awsSession, access, other];
const AWS = { id: awsId.value, secret: awsSecret.value, session: awsSession.value };
const GOOGLE = { project: 'acme-ai', region: 'europe-west1' };
const ROBOT = 'robot@acme-ai.test';
const OTHER = 'other@acme-ai.test';
const OWN = 'models.acme.test';
const VERTEX = 'europe-west1-aiplatform.googleapis.com';
const BEDROCK = 'bedrock-runtime.eu-central-1.amazonaws.com';
const HOSTS = [
  ...['api.openai.com', 'generativelanguage.googleapis.com', 'aiplatform.googleapis.com', VERTEX, BEDROCK, OWN],
  ...GOOGLE_TOKEN_HOSTS,
];
const pair = generateKeyPairSync('rsa', {
  ...{ modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' } },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const ADC = '/home/agent/.config/gcloud/application_default_credentials.json';
// What every process of the box was started with, the agent among them, and its file where it has one.
const LOOK = `cat /proc/[0-9]*/environ ${ADC} 2>/dev/null | tr '\\0' '\\n' > /workspace/environment; echo written`;
const look = (tool: string, more: object = {}): readonly Turn[] => [
  { tool, input: { command: LOOK, description: 'look', ...more } },
  { text: 'It is written.' },
];
const COPILOT_LOOKS = look('bash', { mode: 'sync', initial_wait: 30 });
const COMMAND: OpenaiTurn = { tool: 'exec_command', input: { cmd: LOOK, yield_time_ms: 60_000 } };

const json = (status: number, body: object) => ({ status, type: 'application/json', body: JSON.stringify(body) });

/** A host that answers who has all of these headers. */
const wants =
  (host: string, wanted: Readonly<Record<string, string>>, answer: Answerer): Answerer =>
  (request) => {
    if (request.host !== host) return undefined;
    const wrong = Object.keys(wanted).find((name) => request.headers[name] !== wanted[name]);
    return wrong === undefined ? answer(request) : json(401, failure('authentication_error', `another ${wrong}`));
  };

const openai =
  (turns: readonly OpenaiTurn[]): Answerer =>
  ({ method, path, headers, body }) => {
    if (headers.upgrade !== undefined) return json(426, failure('api_error', 'no WebSockets here'));
    const asked = (body ?? {}) as RequestBody;
    if (method !== 'POST') return undefined;
    if (/\/responses(\?|$)/.test(path)) return responsesAnswer(asked, turnAt(asked, turns));
    return /\/chat\/completions(\?|$)/.test(path) ? chatAnswer(asked, turnAt(asked, turns)) : undefined;
  };

const anthropic =
  (turns: readonly Turn[]): Answerer =>
  ({ method, path, body }) => {
    if (method !== 'POST' || !/^\/v1\/messages(\?|$)/.test(path)) return undefined;
    const asked = (body ?? {}) as MessagesRequest;
    const played = play(asked, turns);
    if ('failure' in played) return json(played.status, played.failure);
    if (asked.stream !== true) return json(200, played.message);
    return { status: 200, type: 'text/event-stream', body: serverSent(played.events) };
  };

const google =
  (turns: readonly Turn[]): Answerer =>
  (request) =>
    googleAnswer(request, turns);

/** Tokens for a service account, and by the first one for another account; then models for the newest token alone. */
const serviceAccount = (): Answerer => {
  let token = '';
  const tokens = googleTokens({
    ...{ refreshToken: 'none', clientSecret: 'none', publicKey: pair.publicKey, email: ROBOT, impersonated: OTHER },
    next: () => {
      token = token === '' ? access.value : other.value;
      return { token, seconds: 3599 };
    },
  });
  return (request) => {
    const by = { ...GOOGLE, refreshToken: 'none', accessToken: token };
    return tokens(request) ?? vertexAnswer(request, look('Bash'), by);
  };
};

const bearer = { authorization: `Bearer ${key.value}` };
const region = 'eu-central-1';
const awsKey = {
  AWS_ACCESS_KEY_ID: { env: 'AWS_ID' },
  AWS_SECRET_ACCESS_KEY: { env: 'AWS_SECRET' },
  AWS_SESSION_TOKEN: { env: 'AWS_SESSION' },
};
const byKey = (name: string) => ({ credentials: { [name]: { env: 'KEY' } }, shown: [name] });

/** A cell of the table in docs/credentials.md. `shown` are the variables that have a placeholder in the box. */
interface Cell {
  readonly name: string;
  readonly agent: string;
  readonly provider: Readonly<Record<string, unknown>>;
  readonly credentials?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly answer: Answerer;
  readonly host: string;
  readonly path?: RegExp;
  readonly shown: readonly string[];
  readonly inCi?: boolean;
}

const CELLS: readonly Cell[] = [
  {
    ...{ name: 'opencode with openai', agent: 'opencode', provider: { name: 'openai' }, ...byKey('OPENAI_API_KEY') },
    ...{ args: ['run', 'look'], host: 'api.openai.com', answer: wants('api.openai.com', bearer, openai(look('bash'))) },
  },
  {
    ...{ name: 'opencode with google', agent: 'opencode', provider: { name: 'google' }, ...byKey('GEMINI_API_KEY') },
    ...{ args: ['run', 'look'], host: 'generativelanguage.googleapis.com' },
    answer: wants('generativelanguage.googleapis.com', { 'x-goog-api-key': key.value }, google(look('bash'))),
  },
  {
    ...{ name: 'opencode with bedrock, by a key of three parts', agent: 'opencode', args: ['run', 'look'] },
    ...{ provider: { name: 'bedrock', region }, env: { AWS_REGION: region }, credentials: awsKey, host: BEDROCK },
    ...{ shown: Object.keys(awsKey), answer: (request) => bedrockAnswer(request, look('bash'), AWS) },
  },
  {
    ...{ name: 'opencode with bedrock, by a bearer token', agent: 'opencode', args: ['run', 'look'] },
    ...{ provider: { name: 'bedrock', region }, env: { AWS_REGION: region }, host: BEDROCK },
    ...byKey('AWS_BEARER_TOKEN_BEDROCK'),
    answer: (request) => bedrockAnswer(request, look('bash'), { bearer: key.value }),
  },
  {
    ...{ name: 'pi with openai', agent: 'pi', provider: { name: 'openai' }, ...byKey('OPENAI_API_KEY') },
    ...{ args: ['-p', 'look'], host: 'api.openai.com', answer: wants('api.openai.com', bearer, openai(look('bash'))) },
    inCi: true,
  },
  {
    ...{ name: 'pi with google', agent: 'pi', provider: { name: 'google' }, ...byKey('GEMINI_API_KEY') },
    ...{ args: ['-p', 'look'], host: 'generativelanguage.googleapis.com' },
    answer: wants('generativelanguage.googleapis.com', { 'x-goog-api-key': key.value }, google(look('bash'))),
  },
  {
    ...{ name: 'gemini with vertex, by a key of Google Cloud', agent: 'gemini', ...byKey('GOOGLE_API_KEY') },
    ...{ provider: { name: 'vertex', ...GOOGLE }, args: ['-p', 'look'], host: 'aiplatform.googleapis.com' },
    answer: wants('aiplatform.googleapis.com', { 'x-goog-api-key': key.value }, google(look('run_shell_command'))),
  },
  {
    ...{ name: 'copilot with a model of its own by openai', agent: 'copilot', ...byKey('COPILOT_PROVIDER_API_KEY') },
    ...{ provider: { name: 'openai', base_url: `https://${OWN}/v1` }, env: { COPILOT_MODEL: 'some-model' } },
    ...{ args: ['-p', 'look'], host: OWN, answer: wants(OWN, bearer, openai(COPILOT_LOOKS)) },
  },
  {
    ...{ name: 'copilot with a model of its own by anthropic', agent: 'copilot', ...byKey('COPILOT_PROVIDER_API_KEY') },
    ...{ provider: { name: 'anthropic', base_url: `https://${OWN}` }, env: { COPILOT_MODEL: 'some-model' } },
    ...{ args: ['-p', 'look'], host: OWN, answer: wants(OWN, { 'x-api-key': key.value }, anthropic(COPILOT_LOOKS)) },
  },
  {
    ...{ name: 'codex with another address, a secret header and a parameter', agent: 'codex' },
    provider: {
      ...{ name: 'openai', base_url: `https://${OWN}/openai`, query: { 'api-version': 'preview' } },
      headers: { 'X-Gateway-Key': { env: 'HEADER' }, 'X-Team': 'blue' },
    },
    ...{ credentials: { OPENAI_API_KEY: { env: 'KEY' } }, shown: ['OPENAI_API_KEY', 'AGENTBOX_HEADER_0'] },
    ...{ args: ['exec', '--skip-git-repo-check', 'look'], host: OWN, path: /\/responses\?api-version=preview$/ },
    answer: wants(
      OWN,
      { ...bearer, 'x-gateway-key': header.value, 'x-team': 'blue' },
      openai([COMMAND, { text: 'It is written.' }]),
    ),
  },
  {
    ...{ name: 'claude with bedrock, by an AWS profile', agent: 'claude', args: ['-p', 'look'], host: BEDROCK },
    ...{ provider: { name: 'bedrock', region, profile: 'acme-dev' }, shown: Object.keys(awsKey) },
    answer: (request) => bedrockAnswer(request, look('Bash'), AWS),
    inCi: true,
  },
  ...['a service account', 'impersonation'].map((kind) => ({
    ...{ name: `claude with vertex, by ${kind}`, agent: 'claude', args: ['-p', 'look'], host: VERTEX },
    ...{ provider: { name: 'vertex', ...GOOGLE, adc: `~/keep/${kind}.json` }, shown: ['refresh_token'] },
    answer: serviceAccount(),
  })),
];

/** The files of Google credentials, by name. */
const service = {
  ...{ type: 'service_account', project_id: 'acme-ai', private_key_id: 'x', private_key: pair.privateKey },
  ...{ client_email: ROBOT, token_uri: 'https://oauth2.googleapis.com/token' },
};
const impersonation = {
  type: 'impersonated_service_account',
  service_account_impersonation_url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${OTHER}:generateAccessToken`,
  source_credentials: service,
};

// The hosts are behind a stand-in of a company's proxy, which the gateway goes through, so they have their real names.
describe.each(GROUNDS.map((ground) => [ground.name, ground] as const))(
  'agents and providers with brokered keys, on %s',
  (_, ground) => {
    const cells = CELLS.filter(({ inCi }) => ALL || inCi);
    let cloud: CloudApi;
    let lab: Lab;

    beforeAll(async () => {
      cloud = await startCloudApi(() => undefined, HOSTS);
      lab = makeLab(ground);
      const keep = (name: string, content: string, mode?: number) =>
        lab.write(join(lab.home, 'keep', name), content, mode);
      keep('ca.pem', cloud.certificate, 0o644);
      keep('a service account.json', JSON.stringify(service));
      keep('impersonation.json', JSON.stringify(impersonation));
      // A stand-in for the AWS command line, because there is no account here.
      const exported = { AccessKeyId: AWS.id, SecretAccessKey: AWS.secret, SessionToken: AWS.session };
      const expires = new Date(Date.now() + 1_800_000).toISOString();
      keep('exported.json', JSON.stringify({ Version: 1, ...exported, Expiration: expires }));
      const wanted = 'configure export-credentials --profile acme-dev --format process';
      const print = `exec cat '${join(lab.home, 'keep/exported.json')}'`;
      keep('bin/aws', `#!/bin/sh\n# A stand-in for aws.\n[ "$*" = "${wanted}" ] && ${print}\nexit 9\n`, 0o755);
      const clients = cells.map(({ agent, provider, credentials = {}, env = {} }, index) => [
        `cell-${index}`,
        {
          ...{ agent, credentials, env, providers: { [agent]: provider } },
          ...{ network: 'gateway', proxy: `http://${hostAddress()}:${cloud.port}` },
          allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
        },
      ]);
      lab.config(JSON.stringify({ clients: Object.fromEntries(clients) }));
      for (const agent of new Set(cells.map(({ agent }) => agent))) {
        const client = `cell-${cells.findIndex((cell) => cell.agent === agent)}`;
        const built = await lab.agentbox(['build', '--client', client, ...ground.flags.slice(0, 2)], {
          limit: 580_000,
        });
        expect(built, built.stderr).toMatchObject({ code: 0 });
      }
    });

    afterAll(async () => {
      lab?.close();
      await cloud?.close();
    });

    it.each(cells.map((cell, index) => [cell.name, `cell-${index}`, cell] as const))(
      '%s',
      async (_, client, { args, answer, host, path = /./, shown }) => {
        rmSync(join(lab.project, 'environment'), { force: true });
        cloud.answer(answer);
        const asked = cloud.requests.length;
        const env = {
          ...{ KEY: key.value, HEADER: header.value, AWS_ID: AWS.id, AWS_SECRET: AWS.secret, AWS_SESSION: AWS.session },
          NODE_EXTRA_CA_CERTS: join(lab.home, 'keep/ca.pem'),
          PATH: `${join(lab.home, 'keep/bin')}:${process.env['PATH']}`,
        };
        const ended = await lab.agentbox(['run', '.', ...ground.flags, '--client', client, '--', ...args], {
          ...{ env, limit: 110_000 },
        });
        const requests = cloud.requests.slice(asked).filter(({ method }) => method === 'POST');
        const told = `${ended.stderr}${requests.map((request) => `${request.host}${request.path}\n`).join('')}`;
        expect(ended, told).toMatchObject({ code: 0, stdout: expect.stringContaining('It is written.') });
        // Who does not have the real key gets no answer of the script; here it is that it went to that very place.
        const main = requests.filter((request) => request.host === host && path.test(request.path));
        expect(main.length, told).toBeGreaterThanOrEqual(2);
        const environment = readFileSync(join(lab.project, 'environment'));
        for (const name of shown) {
          const values = [...environment.toString().matchAll(new RegExp(`${name}"?[=:](.+)`, 'g'))].map(
            ([, value]) => value,
          );
          expect(values.length, name).toBeGreaterThan(0);
          for (const value of values) expect(value, name).toMatch(/agentbox0placeholder/);
        }
        const said = Buffer.from(ended.stdout + ended.stderr);
        expect(leaks(new Map(Object.entries({ environment, said })), secrets)).toEqual([]);
        expect(environment.toString()).not.toContain(pair.privateKey.split('\n')[2]);
      },
    );
  },
);
