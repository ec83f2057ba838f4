import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHAPES } from '../support/shapes.ts';
import { oneGround } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';

const COMMIT = 'git -c user.name=Agent -c user.email=agent@box.test commit -qm';

describe.each(oneGround())('--json on $name', (ground) => {
  const engine = ['--engine', ground.engine];
  let lab: Lab;
  beforeAll(() => {
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, network: gateway, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  });
  afterAll(() => lab.close());

  async function answer(name: string, ...args: string[]): Promise<Record<string, unknown>> {
    const { stdout, stderr } = await lab.agentbox([...name.split(' '), '--json', ...args]);
    const value: unknown = JSON.parse(stdout);
    expect(SHAPES[name]?.safeParse(value).error?.message, `${name}: ${stdout}${stderr}`).toBeUndefined();
    return value as Record<string, unknown>;
  }

  test('a run ends with its summary alone on standard output; what comes after it has its shape too', async () => {
    const script = `echo said; echo more > more.txt; git add .; ${COMMIT} More; curl -s https://example.com; exit 3`;
    const run = ['run', '--json', ...ground.flags, '--workspace', 'clone', '.', '--', 'sh', '-c', script];
    const ended = await lab.agentbox(run);
    expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('said\n') });
    const summary = JSON.parse(ended.stdout);
    expect(SHAPES['run']?.safeParse(summary).error?.message).toBeUndefined();
    expect(summary).toMatchObject({
      exitCode: 3,
      workspace: 'clone',
      blocked: [{ host: 'example.com', port: 443, count: 1 }],
      changed: { files: 1, commits: 1 },
      review: { diff: `agentbox diff ${summary.box}` },
    });
    const listed = await answer('ls', ...engine);
    expect(listed).toContainEqual(expect.objectContaining({ name: summary.box, state: 'ended', unreviewed: true }));
    await answer('net show', ...engine);
    const { stdout: log } = await lab.agentbox(['net', 'log', '--json', ...engine]);
    for (const line of log.trim().split('\n')) SHAPES['net log']?.parse(JSON.parse(line));
    await answer('images ls', ...engine);
    expect(await answer('diff', summary.box)).toMatchObject({ commits: [{ subject: 'More' }] });
    expect(await answer('apply', '--dry-run', summary.box)).toMatchObject({ landed: false, way: 'forward' });
    expect(await answer('apply', '--yes', summary.box)).toMatchObject({ landed: true, clone: 'gone' });
    expect(lab.git('log', '-1', '--format=%s')).toBe('More\n');
    await answer('prune', '--dry-run', ...engine);
  });

  test('a failure is an answer as well', async () => {
    const ended = await lab.agentbox(['run', '--json', '--client', 'nobody', '.']);
    expect(ended).toMatchObject({ code: 125, stderr: expect.stringContaining('there is no client') });
    expect(SHAPES['error']?.parse(JSON.parse(ended.stdout))).toMatchObject({ error: { kind: 'config' } });
  });
});
