import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from '../stand-ins/anthropicTurns.ts';
import { type CloudApi, type CloudRequest, startCloudApi } from '../stand-ins/cloudApi.ts';
import { googleAnswer } from '../stand-ins/googleApi.ts';
import { GOOGLE_TOKEN_HOSTS, googleTokens } from '../stand-ins/googleTokens.ts';
import { vertexAnswer } from '../stand-ins/vertexApi.ts';
import { type Canary, leaks, plainCanary } from './support/canary.ts';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { eventually, gatewayIds } from './support/gateways.ts';
import { ended, hostAddress, type Lab, makeLab } from './support/lab.ts';
import { scanMemory } from './support/memory.ts';
import { WAIT_TO_BE_SEEN, watchedSession } from './support/watchedSession.ts';

const [refresh, client] = [plainCanary('refresh token of Google'), plainCanary('secret of the client')];
const GOOGLE = { project: 'acme-ai', region: 'europe-west1' };
const HOST = 'europe-west1-aiplatform.googleapis.com';
const MODELS = '/v1beta1/projects/acme-ai/locations/europe-west1/publishers/google/models/';
const ADC = '/home/agent/.config/gcloud/application_default_credentials.json';

const LOOK = `cp ${ADC} adc; curl -si https://oauth2.googleapis.com/tokeninfo > refused; ${WAIT_TO_BE_SEEN}; touch made`;
const WAIT = 'touch waits; until [ -e end ]; do sleep 0.5; done';

const turns = (tool: string, command: string): readonly Turn[] => [
  { tool, input: { command: `cd /workspace; ${command}`, description: 'look' } },
  { text: 'It is made.' },
];

// Google is behind a stand-in of a company's proxy, which the gateway goes through, and agentbox on this machine too.
const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const GROUNDS = gatewayGrounds().filter(({ name }) => ALL || name === 'docker');

describe.each(GROUNDS.map((ground) => [ground.name, ground] as const))(
  'Vertex AI with Google credentials that stay outside, on %s',
  (_, ground) => {
    let cloud: CloudApi;
    let lab: Lab;
    /** Every access token that was given; the last one alone is good. */
    let tokens: readonly Canary[] = [];
    let seconds = 3599;

    /** Models of Anthropic and of Google, for the newest access token. */
    const answering = (tool: string, command: string) => (request: CloudRequest) => {
      const accessToken = tokens.at(-1)?.value ?? '';
      const found = issue(request);
      if (found !== undefined) return found;
      const key = { ...GOOGLE, refreshToken: refresh.value, accessToken };
      const anthropic = vertexAnswer(request, turns(tool, command), key);
      if (anthropic !== undefined) return anthropic;
      const authorized = request.headers.authorization === `Bearer ${accessToken}`;
      if (request.host !== HOST || !request.path.startsWith(MODELS) || !authorized) return undefined;
      return googleAnswer(request, turns(tool, command));
    };
    const issue = googleTokens({
      ...{ refreshToken: refresh.value, clientSecret: client.value },
      next: () => {
        const made = plainCanary('access token of Google');
        tokens = [...tokens, made];
        return { token: made.value, seconds };
      },
    });

    beforeAll(async () => {
      cloud = await startCloudApi(() => undefined, [HOST, ...GOOGLE_TOKEN_HOSTS]);
      lab = makeLab(ground);
      lab.write(join(lab.home, 'ca.pem'), cloud.certificate, 0o644);
      const adc = join(lab.home, 'keep/adc.json');
      const user = { type: 'authorized_user', client_id: 'x', client_secret: client.value };
      lab.write(adc, JSON.stringify({ ...user, refresh_token: refresh.value }));
      const vertex = { name: 'vertex', ...GOOGLE, adc };
      const acme = {
        ...{ network: 'gateway', proxy: `http://${hostAddress()}:${cloud.port}` },
        providers: { claude: vertex, opencode: vertex, gemini: vertex },
        allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
      };
      lab.config(JSON.stringify({ clients: { acme } }, null, 2));
    });

    afterAll(async () => {
      lab?.close();
      await cloud?.close();
    });

    beforeEach(() => {
      [tokens, seconds] = [[], 3599];
      for (const name of ['made', 'adc', 'refused', 'waits', 'end']) rmSync(join(lab.project, name), { force: true });
    });

    const env = () => ({ NODE_EXTRA_CA_CERTS: join(lab.home, 'ca.pem') });
    const build = async (agent: string) => {
      const args = ['build', '--client', 'acme', '--agent', agent, ...ground.flags.slice(0, 2)];
      const built = await lab.agentbox(args, { limit: 580_000 });
      expect(built, built.stderr).toMatchObject({ code: 0 });
    };
    const run = (agent: string, args: readonly string[]) => [
      ...['run', '.', ...ground.flags, '--client', 'acme', '--agent', agent, '--', ...args],
    ];
    const inProject = (name: string) => readFileSync(join(lab.project, name), 'utf8');

    it.each([
      ['claude', 'Bash', ['-p', 'make it']],
      ['opencode', 'bash', ['run', '--model', 'google-vertex-anthropic/claude-sonnet-4-5@20250929', 'make it']],
      ['gemini', 'run_shell_command', ['-p', 'make it']],
    ])('the real %s is served, and has a placeholder alone', async (agent, tool, args) => {
      await build(agent);
      cloud.answer(answering(tool, LOOK));
      const before = cloud.requests.length;
      const { ended, places } = await watchedSession(lab, run(agent, args), env());
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('It is made.') });
      expect(existsSync(join(lab.project, 'made'))).toBe(true);
      expect(leaks(places, [refresh, client, ...tokens])).toEqual([]);
      const shown = JSON.parse(inProject('adc'));
      expect(shown).toMatchObject({ type: 'authorized_user', refresh_token: expect.stringMatching(/placeholder$/) });
      expect(inProject('refused')).toMatch(/X-Agentbox-Refused: tokens-only/i);
      // Google was asked once for a token, by this machine; the box never got there.
      const asked = cloud.requests.slice(before).filter(({ method, host }) => method !== 'CONNECT' && host !== HOST);
      expect(asked.map(({ method, host, path }) => `${method} ${host}${path}`)).toEqual([
        'POST oauth2.googleapis.com/token',
      ]);
    });

    // It takes the better part of a minute; what renews has unit tests.
    (ALL ? it : undefined)?.('a box that runs on has the newer access token, when the first one ends', async () => {
      await build('claude');
      cloud.answer(answering('Bash', WAIT));
      seconds = 40;
      const child = lab.start(run('claude', ['-p', 'make it']), { env: env() });
      const finished = ended(child, { limit: 170_000 });
      await eventually(() => expect(existsSync(join(lab.project, 'waits'))).toBe(true), 60_000);
      seconds = 3599;
      await eventually(() => expect(tokens.length).toBe(2), 80_000);
      // The gateway has it a moment later.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      const listed = await lab.agentbox(['ls', '--json', ...ground.flags.slice(0, 2)]);
      const boxes = JSON.parse(listed.stdout) as { readonly id: string; readonly project: string }[];
      const id = boxes.find(({ project }) => project === lab.project)?.id ?? '';
      expect(scanMemory(lab, id, [refresh, client, ...tokens]).found).toEqual([]);
      // The gateway has the access token and nothing to make one with; it is a container of the ordinary runtime.
      const [gateway = ''] = gatewayIds(lab);
      const plain = { ...lab, ground: { ...ground, gvisor: false } };
      expect(scanMemory(plain, gateway, [refresh, client]).found).toEqual([]);
      expect(scanMemory(plain, gateway, tokens).found).not.toEqual([]);
      const before = cloud.requests.length;
      writeFileSync(join(lab.project, 'end'), '');
      const { code, stdout, stderr } = await finished;
      expect({ code, stdout }, stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('It is made.') });
      const bearers = cloud.requests.slice(before).flatMap(({ headers }) => headers.authorization ?? []);
      expect(new Set(bearers)).toEqual(new Set([`Bearer ${tokens[1]?.value}`]));
    });

    it('credentials that Google does not take stop the run before anything starts', async () => {
      const adc = join(lab.home, 'keep/adc.json');
      const good = readFileSync(adc, 'utf8');
      lab.write(adc, good.replace(refresh.value, 'revoked-0123456789'));
      cloud.answer(answering('Bash', WAIT));
      const { code, stdout, stderr } = await lab.agentbox(run('claude', ['-p', 'make it']), { env: env() });
      lab.write(adc, good);
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
      expect(stderr).toContain('gives no access token of Google');
      expect(stderr).toContain('gcloud auth application-default login');
      expect(stderr).not.toContain('revoked-0123456789');
      expect(stderr).not.toContain(client.value);
    });
  },
);
