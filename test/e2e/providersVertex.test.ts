import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudApi, type CloudRequest, startCloudApi } from '../stand-ins/cloudApi.ts';
import { googleAnswer } from '../stand-ins/googleApi.ts';
import { vertexAnswer } from '../stand-ins/vertexApi.ts';
import { leaks, plainCanary } from './support/canary.ts';
import { oneGround } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { WAIT_TO_BE_SEEN, watchedSession } from './support/watchedSession.ts';

const refresh = plainCanary('refresh token of Google');
const access = plainCanary('access token of Google');
const GOOGLE = { project: 'acme-ai', region: 'europe-west1' };
const key = { ...GOOGLE, refreshToken: refresh.value, accessToken: access.value };
const HOST = 'europe-west1-aiplatform.googleapis.com';
const MODELS = '/v1beta1/projects/acme-ai/locations/europe-west1/publishers/google/models/';

const script = (tool: string) =>
  [
    { tool, input: { command: `${WAIT_TO_BE_SEEN}; touch made`, description: 'make' } },
    { text: 'It is made.' },
  ] as const;

/** Models of Anthropic and of Google, in answer to the access token that the one file is good for. */
function answer(request: CloudRequest) {
  const mine = vertexAnswer(request, script('bash'), key);
  if (mine !== undefined) return mine;
  const authorized = request.headers.authorization === `Bearer ${access.value}`;
  if (request.host !== HOST || !request.path.startsWith(MODELS) || !authorized) return undefined;
  return googleAnswer(request, script('run_shell_command'));
}

describe.each(oneGround().map((ground) => [ground.name, ground] as const))(
  'Vertex AI with one file of Google credentials, on %s',
  (_, ground) => {
    let cloud: CloudApi;
    let lab: Lab;

    beforeAll(async () => {
      cloud = await startCloudApi(answer);
      lab = makeLab(ground);
      const keep = (name: string, content: string) => {
        lab.write(join(lab.home, 'keep', name), content);
        return join(lab.home, 'keep', name);
      };
      const user = { type: 'authorized_user', client_id: 'x', client_secret: 'y', refresh_token: refresh.value };
      const vertex = { name: 'vertex', ...GOOGLE, adc: keep('adc.json', JSON.stringify(user)) };
      const client = {
        projects: [lab.project],
        providers: { opencode: vertex, gemini: vertex },
        credentials: { CA: { file: keep('ca.pem', cloud.certificate), deliver: { file: '/home/agent/ca.pem' } } },
        env: {
          HTTPS_PROXY: `http://${hostAddress()}:${cloud.port}`,
          NO_PROXY: 'localhost,127.0.0.1',
          NODE_EXTRA_CA_CERTS: '/home/agent/ca.pem',
        },
        allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
      };
      lab.config(JSON.stringify({ clients: { acme: client } }, null, 2));
    });

    beforeEach(() => rmSync(join(lab.project, 'made'), { force: true }));

    afterAll(async () => {
      lab?.close();
      await cloud?.close();
    });

    it.each([
      ['opencode', ['run', '--model', 'google-vertex-anthropic/claude-sonnet-4-5@20250929', 'make it']],
      ['gemini', ['-p', 'make it']],
    ])('serves the real %s', async (agent, args) => {
      const build = ['build', '--client', 'acme', '--agent', agent, ...ground.flags.slice(0, 2)];
      const built = await lab.agentbox(build, { limit: 400_000 });
      expect(built, built.stderr).toMatchObject({ code: 0 });
      const run = ['run', '.', ...ground.flags, '--agent', agent, '--', ...args];
      const { ended, places } = await watchedSession(lab, run, {});
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('It is made.') });
      expect(existsSync(join(lab.project, 'made'))).toBe(true);
      expect(leaks(places, [refresh, access])).toEqual([]);
    });
  },
);
