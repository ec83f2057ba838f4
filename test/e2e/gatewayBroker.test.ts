import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failure, type MessagesRequest, play, serverSent, type Turn } from '../stand-ins/anthropicTurns.ts';
import { bedrockAnswer } from '../stand-ins/bedrockApi.ts';
import { type Answerer, type CloudApi, type CloudRequest, startCloudApi } from '../stand-ins/cloudApi.ts';
import { copilotConversation, GITHUB_HOSTS, githubAnswer } from '../stand-ins/githubApi.ts';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';

const KEY = 'sk-ant-api03-test0123456789abcdefghijklmnopqrstuvwxyz0123456789';
const GITHUB = 'gho_test0123456789abcdefghijklmnopqrstuv';
const HEADER = 'gate-0123456789abcdefghij';
const BEARER = 'bedrock-api-key-0123456789abcdef';
const AWS = {
  id: 'ASIA0123456789ABCDEF',
  secret: 'secret/of+the/key/0123456789abcdefghijkl',
  session: 'session0123456789==',
};
const HOSTS = [
  ...GITHUB_HOSTS,
  ...['api.anthropic.com', 'models.acme.test'],
  ...['bedrock.eu-central-1.amazonaws.com', 'bedrock-runtime.eu-central-1.amazonaws.com'],
];

const EDIT: readonly Turn[] = [
  { tool: 'Bash', input: { command: 'env > /workspace/environment; echo written', description: 'look' } },
  { text: 'The environment is written.' },
];
const SHELL_OF: Readonly<Record<string, string>> = { claude: 'Bash', pi: 'bash', copilot: 'bash' };

/** Anthropic's API, or a company's gateway to it, for exactly these headers. */
function anthropicAnswer(wanted: Readonly<Record<string, string>>, tool: string): Answerer {
  return ({ method, path, headers, body }) => {
    if (method !== 'POST' || !path.startsWith('/v1/messages')) return undefined;
    if (path.includes('/count_tokens')) return json(200, { input_tokens: 10 });
    const wrong = Object.entries(wanted).find(([name, value]) => headers[name] !== value);
    if (wrong !== undefined) return json(401, failure('authentication_error', `another ${wrong[0]}`));
    const asked = (body ?? {}) as MessagesRequest;
    const turns = EDIT.map((turn) => ('tool' in turn ? { ...turn, tool } : turn));
    const played = play(asked, turns);
    if ('failure' in played) return json(played.status, played.failure);
    if (asked.stream !== true) return json(200, played.message);
    return { status: 200, type: 'text/event-stream', body: serverSent(played.events) };
  };
}

/** A repository behind a login, as git asks for it. */
const repositoryAnswer: Answerer = ({ path, headers }) => {
  if (!path.startsWith('/acme/private.git/info/refs')) return undefined;
  const [, basic = ''] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
  if (Buffer.from(basic, 'base64').toString() !== `x-access-token:${GITHUB}`) return json(403, {});
  const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
  const ref = `${'1'.repeat(40)} HEAD\0agent=stand-in\n`;
  const body = `${line('# service=git-upload-pack\n')}0000${line(ref)}0000`;
  return { status: 200, type: 'application/x-git-upload-pack-advertisement', body };
};

const json = (status: number, body: object) => ({ status, type: 'application/json', body: JSON.stringify(body) });

// Under gVisor gatewaySessions.test.ts has brokered keys.
const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const GROUNDS = gatewayGrounds().filter(({ gvisor }) => ALL || !gvisor);

// The hosts are behind a stand-in of a company's proxy, which the gateway goes through, so they have their real names.
describe.each(GROUNDS.map((ground) => [ground.name, ground] as const))(
  'what the gateway puts in, on %s',
  (_, ground) => {
    let cloud: CloudApi;
    let lab: Lab;

    beforeAll(async () => {
      cloud = await startCloudApi(() => undefined, HOSTS);
      lab = makeLab(ground);
      lab.write(join(lab.home, 'ca.pem'), cloud.certificate, 0o644);
      const client = (agent: string, credentials: object, provider?: object, more: object = {}) => ({
        ...{ agent, credentials, network: 'gateway', proxy: `http://${hostAddress()}:${cloud.port}` },
        ...(provider === undefined ? {} : { providers: { [agent]: provider } }),
        allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
        ...more,
      });
      const bedrock = { name: 'bedrock', region: 'eu-central-1' };
      const aws = {
        AWS_ACCESS_KEY_ID: { env: 'AWS_ID' },
        AWS_SECRET_ACCESS_KEY: { env: 'AWS_SECRET' },
        AWS_SESSION_TOKEN: { env: 'AWS_SESSION' },
      };
      const headers = { 'X-Gateway-Key': { env: 'HEADER' }, 'X-Team': 'blue' };
      const clients = {
        oauth: client('claude', { CLAUDE_CODE_OAUTH_TOKEN: { env: 'KEY' } }),
        token: client('claude', { ANTHROPIC_AUTH_TOKEN: { env: 'KEY' } }),
        models: client(
          'claude',
          { ANTHROPIC_API_KEY: { env: 'KEY' } },
          { name: 'anthropic', base_url: 'https://models.acme.test', headers },
        ),
        bedrock: client('claude', aws, bedrock),
        bearer: client('claude', { AWS_BEARER_TOKEN_BEDROCK: { env: 'BEARER' } }, bedrock),
        pi: client('pi', { ANTHROPIC_API_KEY: { env: 'KEY' } }),
        copilot: client('copilot', { COPILOT_GITHUB_TOKEN: { env: 'GITHUB' } }),
        git: client('shell', { GITHUB_TOKEN: { env: 'GITHUB' } }, undefined, { allow: ['github.com'] }),
      };
      lab.config(JSON.stringify({ clients }));
      for (const agent of ['models', 'pi', 'copilot']) {
        const built = await lab.agentbox(['build', '--client', agent, ...ground.flags.slice(0, 2)], { limit: 580_000 });
        expect(built, built.stderr).toMatchObject({ code: 0 });
      }
    });

    afterAll(async () => {
      lab?.close();
      await cloud?.close();
    });

    let asked = 0;
    beforeEach(() => {
      asked = cloud.requests.length;
      rmSync(join(lab.project, 'environment'), { force: true });
    });

    const env = () => ({
      ...{ KEY, GITHUB, HEADER, BEARER, AWS_ID: AWS.id, AWS_SECRET: AWS.secret, AWS_SESSION: AWS.session },
      NODE_EXTRA_CA_CERTS: join(lab.home, 'ca.pem'),
    });
    const secrets = [KEY, GITHUB, HEADER, BEARER, ...Object.values(AWS)];

    /** Runs an agent to its end; gives what the host was asked. */
    async function run(
      client: string,
      args: readonly string[],
    ): Promise<{ said: string; requests: readonly CloudRequest[] }> {
      const ended = await lab.agentbox(['run', '.', ...ground.flags, '--client', client, '--', ...args], {
        ...{ env: env(), limit: 110_000 },
      });
      const said = ended.stdout + ended.stderr;
      expect(ended.code, said).toBe(0);
      for (const secret of secrets) expect(said).not.toContain(secret);
      return { said, requests: cloud.requests.slice(asked).filter(({ method }) => method !== 'CONNECT') };
    }

    it.each([
      ['oauth', { authorization: `Bearer ${KEY}` }],
      ['token', { authorization: `Bearer ${KEY}` }],
      ['models', { 'x-api-key': KEY, 'x-gateway-key': HEADER, 'x-team': 'blue' }],
    ])('claude has a placeholder where its model gets the secret: %s', async (client, wanted) => {
      cloud.answer(anthropicAnswer(wanted, 'Bash'));
      const { said, requests } = await run(client, ['-p', 'look']);
      expect(said).toContain('The environment is written.');
      expect(requests.some(({ path }) => path.startsWith('/v1/messages'))).toBe(true);
      noSecret();
    });

    it('claude signs for Bedrock with a placeholder, and the gateway with the key', async () => {
      cloud.answer((request) => bedrockAnswer(request, EDIT, AWS));
      const { said, requests } = await run('bedrock', ['-p', 'look']);
      expect(said).toContain('The environment is written.');
      expect(requests.every(({ headers }) => headers.authorization?.includes(AWS.id))).toBe(true);
      noSecret();
    });

    it('claude bears a placeholder for Bedrock', async () => {
      cloud.answer((request) => bedrockAnswer(request, EDIT, { bearer: BEARER }));
      expect((await run('bearer', ['-p', 'look'])).said).toContain('The environment is written.');
      noSecret();
    });

    it('pi has a placeholder', async () => {
      cloud.answer(anthropicAnswer({ 'x-api-key': KEY }, 'bash'));
      expect((await run('pi', ['-p', 'look'])).said).toContain('The environment is written.');
      noSecret();
    });

    it('copilot takes a placeholder for a token of GitHub', async () => {
      const input = {
        command: 'env > /workspace/environment; echo written',
        description: 'look',
        mode: 'sync',
        initial_wait: 30,
      };
      const turns = [{ tool: 'bash', input }, { text: 'The environment is written.' }];
      cloud.answer(githubAnswer({ account: 'octo', token: GITHUB, turns: () => turns }));
      const { said, requests } = await run('copilot', ['-p', 'look']);
      expect(said).toContain('The environment is written.');
      expect(copilotConversation(requests)[0]?.headers.authorization).toBe(`Bearer ${GITHUB}`);
      noSecret();
    });

    it('git logs in with a placeholder as the password of Basic', async () => {
      cloud.answer(repositoryAnswer);
      const script =
        'env > environment; git -c http.extraHeader="Authorization: Basic $(printf x-access-token:$GITHUB_TOKEN | base64 -w0)" ls-remote https://github.com/acme/private.git';
      expect((await run('git', ['sh', '-c', script])).said).toContain(`${'1'.repeat(40)}\tHEAD`);
      noSecret();
    });

    /** What the agent's shell had in its environment; claude and copilot keep their credentials out of it. */
    function noSecret(): void {
      const text = readFileSync(join(lab.project, 'environment'), 'utf8');
      expect(text).toContain('AGENTBOX=1');
      for (const secret of secrets) expect(text).not.toContain(secret);
    }

    it('creds tells of each what is brokered to where', async () => {
      const rows = async (client: string) => {
        const { stdout } = await lab.agentbox(
          ['creds', '--client', client, '--agent', SHELL_OF[client] ? client : 'claude', '--json'],
          { env: env() },
        );
        return (JSON.parse(stdout) as { name: string; delivery: string }[]).map(
          ({ name, delivery }) => `${name}: ${delivery}`,
        );
      };
      expect(await rows('models')).toEqual(
        expect.arrayContaining([
          'ANTHROPIC_API_KEY: broker, to models.acme.test',
          'header X-Gateway-Key: broker, to models.acme.test',
        ]),
      );
      expect(await rows('bedrock')).toEqual(
        expect.arrayContaining(['AWS_ACCESS_KEY_ID: broker, to bedrock-runtime.eu-central-1.amazonaws.com']),
      );
    });
  },
);
