import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentOf } from '../../src/agents/index.ts';
import { type CloudApi, startCloudApi } from '../stand-ins/cloudApi.ts';
import { copilotConversation, GITHUB_HOSTS, githubAnswer } from '../stand-ins/githubApi.ts';
import { googleAnswer, googleConversation } from '../stand-ins/googleApi.ts';
import { type OpenaiApi, openaiConversation, startOpenaiApi } from '../stand-ins/openaiApi.ts';
import { grounds } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';

const TOKEN = 'gho_test0123456789abcdefghijklmnopqrstuv';
const GOOGLE = ['cloudcode-pa.googleapis.com', 'oauth2.googleapis.com', 'www.googleapis.com'];
const SAYS = 'Served by the login of the host.';
/** Copilot takes no empty record of its installations. */
const NO_RECORD = /^\.?mcp-.*(installation|activation)/;

const docker = grounds().filter(({ name }) => name === 'docker');

// The vendors cannot be reached where the tests run; the agents are the real ones.
describe.each(docker.map((ground) => [ground.name, ground] as const))('share_host_login on %s', (_, ground) => {
  let lab: Lab;
  let google: CloudApi;
  let github: CloudApi;
  let openai: OpenaiApi;

  beforeAll(async () => {
    lab = makeLab(ground);
    const turns = [{ text: SAYS }];
    const checked = { status: 200, type: 'application/json', body: '{"scope":"x","email":"acme@example.test"}' };
    const isCheck = (path: string) => path.startsWith('/tokeninfo') || path.startsWith('/oauth2/v2/userinfo');
    google = await startCloudApi((request) => (isCheck(request.path) ? checked : googleAnswer(request, turns)), GOOGLE);
    github = await startCloudApi(githubAnswer({ account: 'octo', token: TOKEN, turns: () => turns }), GITHUB_HOSTS);
    openai = await startOpenaiApi({ turns, host: '0.0.0.0' });
    const client = { share_host_login: true, allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'] };
    const behind = (name: string, proxy: CloudApi) => {
      lab.write(join(lab.home, name, 'ca.pem'), proxy.certificate, 0o644);
      const trust = { NODE_EXTRA_CA_CERTS: '/ca/ca.pem', SSL_CERT_FILE: '/ca/ca.pem' };
      const env = { HTTPS_PROXY: `http://${hostAddress()}:${proxy.port}`, ...trust };
      return { ...client, agent: name, env, mounts: [{ source: join(lab.home, name), target: '/ca' }] };
    };
    const clients = {
      codex: { ...client, agent: 'codex' },
      gemini: behind('gemini', google),
      copilot: behind('copilot', github),
    };
    lab.config(JSON.stringify({ clients }));
  });

  afterAll(async () => {
    lab?.close();
    await google?.close();
    await github?.close();
    await openai?.close();
  });

  const shared = (agent: string, path = '') => join(lab.home, `.${agent}`, path);
  /** The agent's directory with its login, and with everything in it that is covered. */
  const fill = (agent: string, files: Readonly<Record<string, string>>) => {
    for (const name of Object.keys(agentOf(agent).hostDirectory?.covered ?? {})) {
      if (name.startsWith('*') || NO_RECORD.test(name)) continue;
      const isFile = /\.(json|md|toml|env|Dockerfile|bashrc)$/.test(name);
      if (isFile) lab.write(shared(agent, name), name.endsWith('.json') ? '{}' : '');
      else mkdirSync(shared(agent, name), { recursive: true, mode: 0o700 });
    }
    for (const [name, content] of Object.entries(files)) lab.write(shared(agent, name), content);
    if (process.getuid?.() === 0) spawnSync('chown', ['-R', `${ground.owner.uid}:${ground.owner.gid}`, shared(agent)]);
  };
  const run = (client: string, ...args: string[]) =>
    lab.agentbox(['run', '.', ...ground.flags, '--client', client, '--', ...args], { limit: 580_000 });
  const history = (agent: string, path: string) =>
    readdirSync(shared(agent, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('');

  it('serves the real Codex, which keeps its conversation there', async () => {
    const payload = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 86_400 })).toString('base64url');
    const access = `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${payload}.signature`;
    const tokens = { id_token: access, access_token: access, refresh_token: 'refresh', account_id: 'acc-1' };
    const auth = { auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() };
    fill('codex', { 'auth.json': JSON.stringify(auth) });
    const at = `http://${hostAddress()}:${openai.port}`;
    const settings = { openai_base_url: `${at}/v1`, chatgpt_base_url: `${at}/backend-api/` };
    const overrides = Object.entries({ ...settings, 'features.enable_request_compression': false });
    const flags = overrides.flatMap(([name, value]) => ['-c', `${name}=${JSON.stringify(value)}`]);
    const ended = await run('codex', 'exec', ...flags, 'say hello');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(SAYS) });
    expect(openaiConversation(openai.requests).at(-1)?.headers.authorization).toBe(`Bearer ${access}`);
    expect(history('codex', 'sessions')).toContain(SAYS);
  });

  it('serves the real Gemini CLI, which keeps its conversation there', async () => {
    const login = { access_token: 'ya29.host', refresh_token: '1//host', expiry_date: Date.now() + 36e5 };
    const settings = { security: { auth: { selectedType: 'oauth-personal' } } };
    const files = { 'oauth_creds.json': JSON.stringify(login), 'settings.json': JSON.stringify(settings) };
    fill('gemini', files);
    const ended = await run('gemini', '-p', 'say hello');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(SAYS) });
    expect(googleConversation(google.requests).at(-1)?.headers.authorization).toBe('Bearer ya29.host');
    expect(history('gemini', 'tmp')).toContain(SAYS);
  });

  it('serves the real Copilot CLI, which keeps its conversation there', async () => {
    const user = { host: 'https://github.com', login: 'octo' };
    const tokens = { authTokens: { 'https://github.com:octo': { token: TOKEN } } };
    const config = { firstLaunchAt: '2026-11-20T20:00:00Z', ...tokens, loggedInUsers: [user], lastLoggedInUser: user };
    const settings = JSON.stringify({ storeTokenPlaintext: true });
    fill('copilot', {
      'config.json': JSON.stringify(config),
      'settings.json': settings,
      'mcp-config.json': '{"mcpServers":{}}',
    });
    const ended = await run('copilot', '-p', 'say hello');
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining(SAYS) });
    expect(copilotConversation(github.requests).at(-1)?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(history('copilot', 'session-state')).toContain(SAYS);
  });
});
