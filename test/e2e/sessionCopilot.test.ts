import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloudApi, startCloudApi } from '../stand-ins/cloudApi.ts';
import { copilotConversation, GITHUB_HOSTS, githubAnswer } from '../stand-ins/githubApi.ts';
import { type OpenaiApi, type OpenaiTurn, openaiConversation, startOpenaiApi } from '../stand-ins/openaiApi.ts';
import { oneGround } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';
import { OPENAI_REPLY, times, usageOf } from './support/usage.ts';

const TOKEN = 'gho_test0123456789abcdefghijklmnopqrstuv';
const KEY = 'sk-test-0123456789abcdefghijklmnopqrstuvwxyz';

/** A session in which the model edits a file and commits it. */
const EDIT_AND_COMMIT: readonly OpenaiTurn[] = [
  { text: 'I read it first.', tool: 'view', input: { path: '/workspace/greeting.txt' } },
  {
    tool: 'edit',
    input: { path: '/workspace/greeting.txt', old_str: 'hello', new_str: 'hello from the box' },
  },
  {
    tool: 'bash',
    input: {
      command: 'git add -A && git commit -qm "say where it comes from"',
      description: 'commit',
      mode: 'sync',
      initial_wait: 30,
    },
  },
  { text: 'The greeting says where it comes from.' },
];

// GitHub cannot be reached where the tests run, nor can a person confirm a login in a browser. So GitHub, its models and
// that person are a stand-in, which the real copilot reaches by way of a proxy.
describe.each(oneGround().map((ground) => [ground.name, ground] as const))(
  'the real Copilot CLI on %s, with a stand-in for GitHub',
  (_, ground) => {
    let turns: readonly OpenaiTurn[] = EDIT_AND_COMMIT;
    let github: CloudApi;
    let models: OpenaiApi;
    let lab: Lab;

    beforeAll(async () => {
      github = await startCloudApi(githubAnswer({ account: 'octo', token: TOKEN, turns: () => turns }), GITHUB_HOSTS);
      models = await startOpenaiApi({ turns: EDIT_AND_COMMIT, host: '0.0.0.0' });
      lab = makeLab(ground);
      lab.write(join(lab.home, 'ca/ca.pem'), github.certificate, 0o644);
      const common = `
    agent: copilot
    git: { name: Acme Robot, email: robot@acme.test }
    permissions:
      copilot: { deny: ["shell(git push)"] }
    allow_degraded: [memory-limit, cpus-limit, pids-limit]`;
      const behindProxy = `
    env:
      HTTPS_PROXY: http://${hostAddress()}:${github.port}
      NODE_EXTRA_CA_CERTS: /ca/ca.pem
      SSL_CERT_FILE: /ca/ca.pem
    mounts: [{ source: ${join(lab.home, 'ca')}, target: /ca }]`;
      lab.config(`
clients:
  acme:${common}${behindProxy}
    credentials:
      COPILOT_GITHUB_TOKEN: { env: ACME_TOKEN }
  logged:${common}${behindProxy}
  own:${common}
    providers:
      copilot: { name: openai, base_url: "http://${hostAddress()}:${models.port}/v1", headers: { x-team: acme } }
    env: { COPILOT_MODEL: some-model }
    credentials:
      COPILOT_PROVIDER_API_KEY: { env: ACME_KEY }
`);
      const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
      expect(built, built.stderr).toMatchObject({ code: 0 });
    });

    afterAll(async () => {
      lab?.close();
      await github?.close();
      await models?.close();
    });

    const env = { ACME_TOKEN: TOKEN, ACME_KEY: KEY };
    const run = (client: string, args: readonly string[], agentArgs: readonly string[]) => [
      ...['run', '.', ...args, ...ground.flags, '--client', client],
      ...['--', ...agentArgs],
    ];

    it('edits a file of the project, commits it as the client, and its exit code comes back', async () => {
      const ended = await lab.agentbox(run('acme', [], ['-p', 'improve the greeting']), { env });
      expect(ended, ended.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('says where it comes from'),
      });
      expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from the box\n');
      expect(lab.git('log', '-1', '--format=%an <%ae>')).toBe('Acme Robot <robot@acme.test>\n');
      expect(lab.git('status', '--porcelain')).toBe('');
      expect(copilotConversation(github.requests)[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    });

    it('reads the prompt from a pipe', async () => {
      const before = github.requests.length;
      turns = [{ text: 'Read from the pipe.' }];
      const ended = await lab.agentbox(run('acme', [], []), { env, input: 'a prompt through the pipe' });
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Read from the pipe.') });
      const asked = copilotConversation(github.requests.slice(before)).map(({ body }) => body);
      expect(JSON.stringify(asked)).toContain('a prompt through the pipe');
    });

    it('goes on with the conversation of the run before', async () => {
      const before = github.requests.length;
      turns = [{ text: 'one' }, { text: 'two' }, { text: 'three' }];
      const ended = await lab.agentbox(run('acme', ['--resume'], ['-p', 'and now?']), { env });
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      const asked = copilotConversation(github.requests.slice(before)).map(({ body }) => body);
      expect(JSON.stringify(asked)).toContain('a prompt through the pipe');
    });

    it('is not allowed what the permissions deny, though it works without asking', async () => {
      const shell = (command: string) => ({
        tool: 'bash',
        input: { command, description: 'try', mode: 'sync', initial_wait: 30 },
      });
      turns = [shell('git push; touch after-push.txt'), shell('touch allowed.txt'), { text: 'tried' }];
      const ended = await lab.agentbox(run('acme', [], ['-p', 'try it']), { env });
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(lab.git('status', '--porcelain')).toBe('?? allowed.txt\n');
    });

    it('works with another provider and no GitHub at all', async () => {
      lab.git('reset', '-q', '--hard', 'HEAD~1');
      const ended = await lab.agentbox(run('own', [], ['-p', 'improve the greeting']), { env });
      expect(ended, ended.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('says where it comes from'),
      });
      expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from the box\n');
      const headers = openaiConversation(models.requests)[0]?.headers;
      expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'x-team': 'acme' });
      const { total } = await usageOf(lab, 'own');
      expect(total).toMatchObject({ replies: 4, tokens: times(4, OPENAI_REPLY), cost: null });
    });

    it('logs in by device code in a box, and the next run uses that login', async () => {
      const login = openTerminal(lab.argv(['login', '--client', 'logged', ...ground.flags.slice(0, 2)]), lab.project);
      await login.until(/enter code ABCD-1234/, 60_000);
      expect(await login.end(60_000), login.text()).toBe(0);
      turns = [{ text: 'With the login of the client.' }];
      const ended = await lab.agentbox(run('logged', [], ['-p', 'hello']));
      expect(ended, ended.stderr).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('With the login of the client.'),
      });
    });

    it('asks nothing when it is started in a terminal', async () => {
      const before = github.requests.length;
      const terminal = openTerminal(lab.argv(run('logged', [], ['-i', 'say hello'])), lab.project);
      // What it shows is drawn in pieces. A question would keep it from asking the model.
      const asked = () => copilotConversation(github.requests.slice(before)).length;
      await expect.poll(asked, { timeout: 60_000, message: terminal.text() }).toBeGreaterThan(0);
      expect(terminal.text()).not.toMatch(/trust/i);
      terminal.kill('SIGTERM');
      await terminal.end(60_000);
    });

    it('leaves no box behind', async () => {
      // The engine may still be at it when agentbox has ended.
      const boxes = () => lab.engine(['ps', '-aq', '--filter', `label=dev.agentbox.project=${lab.project}`]);
      await expect.poll(boxes, { timeout: 30_000 }).toBe('');
    });
  },
);
