import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloudAnswer, type CloudApi, type CloudRequest, startCloudApi } from '../stand-ins/cloudApi.ts';
import { googleAnswer, googleConversation, startGoogleApi } from '../stand-ins/googleApi.ts';
import type { ModelApi, Turn } from '../stand-ins/modelApi.ts';
import { oneGround } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

/** The addresses of Google's that gemini goes to by itself: the model by key and by login, and where a login is checked. */
const GOOGLE_HOSTS = [
  'generativelanguage.googleapis.com',
  'cloudcode-pa.googleapis.com',
  'oauth2.googleapis.com',
  'www.googleapis.com',
];
const KEY = 'AIza-test-0123456789abcdefghijklmnopqrstuvwxyz';

/** A session in which the model edits a file and commits it. */
const EDIT_AND_COMMIT: readonly Turn[] = [
  { text: 'I read it first.', tool: 'read_file', input: { file_path: 'greeting.txt' } },
  {
    tool: 'replace',
    input: {
      file_path: 'greeting.txt',
      instruction: 'say where it comes from',
      old_string: 'hello',
      new_string: 'hello from the box',
    },
  },
  {
    tool: 'run_shell_command',
    input: { command: 'git add -A && git commit -qm "say where it comes from"', description: 'commit' },
  },
  { text: 'The greeting says where it comes from.' },
];

/** A person's part, to fetch a code from a browser, is left out: any code is good. */
function googleItself(request: CloudRequest): CloudAnswer | undefined {
  const json = (value: object) => ({ status: 200, type: 'application/json', body: JSON.stringify(value) });
  if (request.path === '/token') return json({ ...OWN_LOGIN, expires_in: 3600, token_type: 'Bearer' });
  if (request.path.startsWith('/tokeninfo')) return json({ scope: 'x' });
  if (request.path.startsWith('/oauth2/v2/userinfo')) return json({ email: 'acme@example.test' });
  return googleAnswer(request, [{ text: 'From Google itself.' }]);
}

const OWN_LOGIN = { access_token: 'ya29.own', refresh_token: '1//own' };

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('the real Gemini CLI on %s', (_, ground) => {
  let api: ModelApi;
  let google: CloudApi;
  let lab: Lab;

  beforeAll(async () => {
    api = await startGoogleApi({ turns: EDIT_AND_COMMIT, host: '0.0.0.0' });
    lab = makeLab(ground);
    google = await startCloudApi(googleItself, GOOGLE_HOSTS);
    lab.write(join(lab.home, 'ca/ca.pem'), google.certificate, 0o644);
    const common = `
    agent: gemini
    git: { name: Acme Robot, email: robot@acme.test }
    permissions:
      gemini: { deny: [write_file, "run_shell_command(git push)"] }
    allow_degraded: [memory-limit, cpus-limit, pids-limit]`;
    const behindProxy = `
    mounts: [{ source: ${join(lab.home, 'ca')}, target: /ca }]
    env:
      HTTPS_PROXY: http://${hostAddress()}:${google.port}
      NODE_EXTRA_CA_CERTS: /ca/ca.pem`;
    const address = `http://${hostAddress()}:${api.port}`;
    lab.config(`
clients:
  acme:${common}
    credentials:
      GEMINI_API_KEY: { env: ACME_KEY }
    providers:
      gemini: { name: google, base_url: "${address}", headers: { x-team: acme } }
  cloud:${common}
    credentials:
      GOOGLE_API_KEY: { env: ACME_KEY }
    providers:
      gemini: { name: vertex, project: acme-ai, region: europe-west1, base_url: "${address}" }
  plain:${common}${behindProxy}
    credentials:
      GEMINI_API_KEY: { env: ACME_KEY }
  logged:${common}${behindProxy}
    login: host
  own:${common}${behindProxy}
`);
    const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    lab?.close();
    await api?.close();
    await google?.close();
  });

  const env = () => ({ ACME_KEY: KEY });
  const runFor = (client: string, args: readonly string[], agentArgs: readonly string[]) => [
    ...['run', '.', ...args, ...ground.flags, '--client', client],
    ...['--', ...agentArgs],
  ];
  const run = (args: readonly string[], agentArgs: readonly string[]) => runFor('acme', args, agentArgs);

  it('edits a file of the project, commits it as the client, and its exit code comes back', async () => {
    const ended = await lab.agentbox(run([], ['-p', 'improve the greeting']), { env: env() });
    expect(ended, ended.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('says where it comes from'),
    });
    expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from the box\n');
    expect(lab.git('log', '-1', '--format=%an <%ae> %s')).toBe(
      'Acme Robot <robot@acme.test> say where it comes from\n',
    );
    expect(lab.git('status', '--porcelain')).toBe('');
    const headers = googleConversation(api.requests)[0]?.headers;
    expect(headers).toMatchObject({ 'x-goog-api-key': KEY, 'x-team': 'acme' });
  });

  it('reads the prompt from a pipe', async () => {
    const before = api.requests.length;
    api.play([{ text: 'Read from the pipe.' }]);
    const ended = await lab.agentbox(run([], []), { env: env(), input: 'a prompt through the pipe' });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Read from the pipe.') });
    expect(JSON.stringify(googleConversation(api.requests.slice(before)))).toContain('a prompt through the pipe');
  });

  it('goes on with the conversation of the run before', async () => {
    const before = api.requests.length;
    api.play([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    const ended = await lab.agentbox(run(['--resume'], ['-p', 'and now?']), { env: env() });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(JSON.stringify(googleConversation(api.requests.slice(before)))).toContain('a prompt through the pipe');
  });

  it('is not allowed what the permissions deny, though it works without asking', async () => {
    api.play([
      { tool: 'write_file', input: { file_path: 'denied.txt', content: 'x' } },
      { tool: 'run_shell_command', input: { command: 'git push; touch after-push.txt', description: 'push' } },
      { tool: 'run_shell_command', input: { command: 'touch allowed.txt', description: 'allowed' } },
      { text: 'tried' },
    ]);
    const ended = await lab.agentbox(run([], ['-p', 'try it']), { env: env() });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(lab.git('status', '--porcelain')).toBe('?? allowed.txt\n');
  });

  it('ends with the agent’s own exit code when the model refuses the key', async () => {
    api.play([{ status: 401, error: 'API key not valid' }]);
    const ended = await lab.agentbox(run([], ['-p', 'hello']), { env: env() });
    expect(ended.code).toBe(1);
  });

  it('is served by Vertex AI with a key of Google Cloud', async () => {
    const before = api.requests.length;
    api.play([{ text: 'from the cloud' }]);
    const ended = await lab.agentbox(runFor('cloud', [], ['-p', 'hello']), { env: env() });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('from the cloud') });
    const asked = googleConversation(api.requests.slice(before))[0];
    expect(asked).toMatchObject({
      path: expect.stringContaining('/publishers/google/models/'),
      headers: { 'x-goog-api-key': KEY },
    });
  });

  it('works with a copy of the host’s login that has no refresh token', async () => {
    const login = {
      access_token: 'ya29.stand-in',
      refresh_token: '1//stand-in',
      expiry_date: Date.now() + 36e5,
      token_type: 'Bearer',
    };
    lab.write(join(lab.home, '.gemini/oauth_creds.json'), JSON.stringify(login));
    const ended = await lab.agentbox(runFor('logged', [], ['-p', 'hello']));
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('From Google itself.') });
    expect(googleConversation(google.requests)[0]?.headers.authorization).toBe('Bearer ya29.stand-in');
    expect(JSON.stringify(google.requests)).not.toContain('1//stand-in');
  });

  it('logs in by a code in a box, and the next run uses that login', async () => {
    const login = openTerminal(lab.argv(['login', '--client', 'own', ...ground.flags.slice(0, 2)]), lab.project);
    await login.until(/Enter the authorization code/, 60_000);
    login.type('a-code\r');
    expect(await login.end(60_000), login.text()).toBe(0);
    const before = google.requests.length;
    const ended = await lab.agentbox(runFor('own', [], ['-p', 'hello']));
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('From Google itself.') });
    const asked = googleConversation(google.requests.slice(before))[0];
    expect(asked?.headers.authorization).toBe(`Bearer ${OWN_LOGIN.access_token}`);
  });

  it('sends keys and logins to Google, whatever a project says', async () => {
    const elsewhere = await startGoogleApi({ turns: [{ text: 'caught' }], host: '0.0.0.0' });
    const address = `http://${hostAddress()}:${elsewhere.port}`;
    const variables = ['GOOGLE_GEMINI_BASE_URL', 'CODE_ASSIST_ENDPOINT'].map((name) => `${name}=${address}\n`).join('');
    mkdirSync(join(lab.project, '.gemini'));
    for (const file of ['.env', '.gemini/.env']) lab.writeState(join(lab.project, file), variables);
    for (const client of ['plain', 'logged']) {
      const ended = await lab.agentbox(runFor(client, [], ['-p', 'hello']), { env: env() });
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('From Google itself.') });
    }
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  it('asks nothing when it is started in a terminal', async () => {
    const before = api.requests.length;
    const terminal = openTerminal(lab.argv(run([], ['-i', 'say hello']), env()), lab.project);
    // What it shows is drawn in pieces. A question would keep it from asking the model.
    const asked = () => googleConversation(api.requests.slice(before)).length;
    await expect.poll(asked, { timeout: 60_000, message: terminal.text() }).toBeGreaterThan(0);
    expect(terminal.text()).not.toMatch(/trust this folder|How would you like to authenticate/i);
    terminal.kill('SIGTERM');
    await terminal.end(60_000);
  });

  it('leaves no box behind', async () => {
    // The engine may still be at it when agentbox has ended.
    const boxes = () => lab.engine(['ps', '-aq', '--filter', `label=dev.agentbox.project=${lab.project}`]);
    await expect.poll(boxes, { timeout: 10_000 }).toBe('');
  });
});
