import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversation, type ModelApi, startModelApi, type Turn } from '../stand-ins/modelApi.ts';
import { grounds } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';

const KEY = 'sk-ant-test-0123456789abcdefghijklmnopqrstuvwxyz';

/** A session in which the model edits a file and commits it. */
const EDIT_AND_COMMIT: readonly Turn[] = [
  { text: 'I read it first.', tool: 'Read', input: { file_path: '/workspace/greeting.txt' } },
  {
    tool: 'Edit',
    input: { file_path: '/workspace/greeting.txt', old_string: 'hello', new_string: 'hello from the box' },
  },
  {
    tool: 'Bash',
    input: {
      command: 'git add -A && git commit -qm "say where it comes from" && git log -1 --format=%an',
      description: 'commit',
    },
  },
  { text: 'The greeting says where it comes from.' },
];

describe.each(grounds().map((ground) => [ground.name, ground] as const))('the real Claude Code on %s', (_, ground) => {
  let api: ModelApi;
  let lab: Lab;

  beforeAll(async () => {
    api = await startModelApi({ turns: EDIT_AND_COMMIT, host: '0.0.0.0' });
    lab = makeLab(ground);
    lab.config(`
clients:
  acme:
    projects: [${lab.project}]
    credentials:
      ANTHROPIC_API_KEY: { env: ACME_KEY }
    git: { name: Acme Robot, email: robot@acme.test }
    allow_degraded: [memory-limit, cpus-limit, pids-limit]
`);
    // The image is built once; a first run on a new machine does it by itself.
    const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    lab?.close();
    await api?.close();
  });

  const env = () => ({ ACME_KEY: KEY });
  const run = (args: readonly string[], agentArgs: readonly string[]) => [
    'run',
    ...args,
    ...ground.flags,
    '--client',
    'acme',
    '--env',
    `ANTHROPIC_BASE_URL=http://${hostAddress()}:${api.port}`,
    '--',
    ...agentArgs,
  ];

  it('edits a file of the project, commits it as the client, and its exit code comes back', async () => {
    const ended = await lab.agentbox(run(['.'], ['-p', 'improve the greeting']), { env: env() });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('says where it comes from') });
    expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from the box\n');
    expect(lab.git('log', '-1', '--format=%an <%ae> %s')).toBe(
      'Acme Robot <robot@acme.test> say where it comes from\n',
    );
    expect(lab.git('status', '--porcelain')).toBe('');
    const first = conversation(api.requests)[0];
    expect(first?.headers['x-api-key']).toBe(KEY);
  });

  it('reads the prompt from a pipe', async () => {
    const before = api.requests.length;
    api.play([{ text: 'Read from the pipe.' }]);
    const ended = await lab.agentbox(run(['.'], ['-p']), { env: env(), input: 'a prompt through the pipe' });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Read from the pipe.') });
    expect(JSON.stringify(conversation(api.requests.slice(before)))).toContain('a prompt through the pipe');
  });

  it('goes on with the conversation of the run before', async () => {
    const before = api.requests.length;
    api.play([{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    const ended = await lab.agentbox(run(['.', '--resume'], ['-p', 'and now?']), { env: env() });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(JSON.stringify(conversation(api.requests.slice(before)))).toContain('a prompt through the pipe');
  });

  it('ends with the agent’s own exit code when the model refuses the key', async () => {
    api.play([{ status: 401, error: 'invalid x-api-key' }]);
    const ended = await lab.agentbox(run(['.'], ['-p', 'hello']), { env: env() });
    expect(ended.code).toBe(1);
  });

  it('leaves no box behind', async () => {
    // The engine may still be at it when agentbox has ended.
    const boxes = () => lab.engine(['ps', '-aq', '--filter', `label=dev.agentbox.project=${lab.project}`]);
    await expect.poll(boxes, { timeout: 10_000 }).toBe('');
  });
});
