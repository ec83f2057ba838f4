import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ModelApi, startModelApi } from '../stand-ins/modelApi.ts';
import { oneGround } from './support/engines.ts';
import { ended, hostAddress, type Lab, makeLab } from './support/lab.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/github-actions.yml', import.meta.url));
const KEY = 'sk-ant-test-0123456789abcdefghijklmnopqrstuvwxyz';
const TASK = `improve the greeting"; touch "$HOME/injected"; echo "`;
const TURNS = [
  { text: 'I read it first.', tool: 'Read', input: { file_path: '/workspace/greeting.txt' } },
  {
    tool: 'Edit',
    input: { file_path: '/workspace/greeting.txt', old_string: 'hello', new_string: 'hello from the box' },
  },
  { text: 'The greeting says where it comes from.' },
];

interface Step {
  readonly name?: string;
  readonly run?: string;
}

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('the example for CI on %s', (_, ground) => {
  let api: ModelApi;
  let lab: Lab;
  const steps = (parse(readFileSync(EXAMPLE, 'utf8')) as { jobs: { agent: { steps: Step[] } } }).jobs.agent.steps;

  beforeAll(async () => {
    api = await startModelApi({ turns: TURNS, host: '0.0.0.0' });
    lab = makeLab(ground);
    lab.config(`
defaults: { engine: ${ground.engine}, allow_degraded: [memory-limit, cpus-limit, pids-limit] }
clients: { default: { env: { ANTHROPIC_BASE_URL: "http://${hostAddress()}:${api.port}" } } }
`);
    mkdirSync(join(lab.home, 'temp'));
  });
  afterAll(async () => {
    lab?.close();
    await api?.close();
  });

  /** A script of the example, as a runner starts it: without a terminal, by bash, and the first failure ends it. */
  const step = (name: string, env: Readonly<Record<string, string>> = {}) => {
    const run = steps.find((step) => step.name === name)?.run ?? '';
    const bin = dirname(lab.command([]).at(-1) ?? '');
    const variables = {
      ...lab.environment(env),
      PATH: `${bin}:${process.env['PATH']}`,
      RUNNER_TEMP: join(lab.home, 'temp'),
      GITHUB_STEP_SUMMARY: join(lab.home, 'temp/page.md'),
    };
    const [file = '', ...args] = [...ground.as, 'bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', run];
    return ended(spawn(file, args, { cwd: lab.project, env: variables, stdio: 'pipe' }), { limit: 580_000 });
  };

  it('builds, runs the real Claude Code, and takes out a patch and a summary', async () => {
    expect(await step('Build the image')).toMatchObject({ code: 0 });
    const ran = await step('Run the agent', { ANTHROPIC_API_KEY: KEY, TASK });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: '' });
    const taken = await step('Take out what it made');
    expect(taken, taken.stderr).toMatchObject({ code: 0 });

    const read = (name: string) => readFileSync(join(lab.home, 'temp', name), 'utf8');
    expect(JSON.parse(read('summary.json'))).toMatchObject({ exitCode: 0, agent: 'claude', workspace: 'clone' });
    expect(read('agent.patch')).toContain('-hello\n+hello from the box\n');
    expect(read('page.md')).toContain('greeting.txt');
    expect(read('summary.json') + read('agent.patch') + read('page.md')).not.toContain(KEY);
    // The task is what the agent is told, and nothing that a shell reads.
    expect(JSON.stringify(api.requests)).toContain('touch');
    expect(lab.git('status', '--porcelain')).toBe('');
  });
});
