import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversation, type ModelApi, startModelApi, type Turn } from '../stand-ins/modelApi.ts';
import { sessionGrounds } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { ANTHROPIC_REPLY, times, usageOf } from './support/usage.ts';

const KEY = 'sk-ant-test-0123456789abcdefghijklmnopqrstuvwxyz';

const EDIT_AND_COMMIT: readonly Turn[] = [
  { text: 'I read it first.', tool: 'read', input: { path: 'greeting.txt' } },
  {
    tool: 'edit',
    input: { path: 'greeting.txt', edits: [{ oldText: 'hello', newText: 'hello from the box' }] },
  },
  { tool: 'bash', input: { command: 'git add -A && git commit -qm "say where it comes from"' } },
  { text: 'The greeting says where it comes from.' },
];

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))('the real pi on %s', (_, ground) => {
  let api: ModelApi;
  let lab: Lab;

  beforeAll(async () => {
    api = await startModelApi({ turns: EDIT_AND_COMMIT, host: '0.0.0.0' });
    lab = makeLab(ground);
    lab.config(`
clients:
  acme:
    projects: [${lab.project}]
    agent: pi
    providers: { pi: { name: anthropic, base_url: "http://${hostAddress()}:${api.port}" } }
    permissions: { pi: { deny: [write] } }
    credentials:
      ANTHROPIC_API_KEY: { env: ACME_KEY }
    git: { name: Acme Robot, email: robot@acme.test }
    allow_degraded: [memory-limit, cpus-limit, pids-limit]
`);
    const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    lab?.close();
    await api?.close();
  });

  const run = (flags: readonly string[], args: readonly string[]) =>
    lab.agentbox(['run', '.', '--client', 'acme', ...flags, ...ground.flags, '--', ...args], {
      env: { ACME_KEY: KEY },
    });
  const since = (before: number) => JSON.stringify(conversation(api.requests.slice(before)));

  it('edits a file of the project, commits it as the client, and its exit code comes back', async () => {
    const ended = await run([], ['-p', 'improve the greeting']);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('says where it comes from') });
    expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from the box\n');
    expect(lab.git('log', '-1', '--format=%an <%ae> %s')).toBe(
      'Acme Robot <robot@acme.test> say where it comes from\n',
    );
    expect(conversation(api.requests)[0]?.headers['x-api-key']).toBe(KEY);
  });

  it('what its replies took is counted', async () => {
    const { total } = await usageOf(lab, 'acme');
    expect(total).toMatchObject({ replies: 4, tokens: times(4, ANTHROPIC_REPLY) });
  });

  it('goes on with the conversation of the run before', async () => {
    const before = api.requests.length;
    api.play(Array.from({ length: 6 }, () => ({ text: 'Yes.' })));
    const ended = await run(['--resume'], ['-p', 'and now?']);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(since(before)).toContain('improve the greeting');
  });

  it('does not have the tool that the permissions deny', async () => {
    const before = api.requests.length;
    api.play([{ tool: 'write', input: { path: 'written.txt', content: 'x' } }, { text: 'I may not.' }]);
    const ended = await run([], ['-p', 'write a file']);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(since(before)).toMatch(/Tool write not found/i);
    expect(lab.git('status', '--porcelain')).toBe('');
  });

  it('is refused where it would have to ask', async () => {
    const ended = await run(['--autonomy', 'ask'], ['-p', 'hello']);
    expect(ended).toMatchObject({ code: 125, stderr: expect.stringContaining('pi cannot ask before it acts') });
  });

  it('ends with its own exit code when the model refuses the key', async () => {
    api.play([{ status: 401, error: 'invalid x-api-key' }]);
    expect((await run([], ['-p', 'hello'])).code).toBe(1);
  });

  it('leaves no box behind', async () => {
    const boxes = () => lab.engine(['ps', '-aq', '--filter', `label=dev.agentbox.project=${lab.project}`]);
    await expect.poll(boxes, { timeout: 10_000 }).toBe('');
  });
});
