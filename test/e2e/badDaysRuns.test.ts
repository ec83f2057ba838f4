import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionGrounds } from './support/engines.ts';
import { ended, type Lab, makeLab } from './support/lab.ts';
import { launcherOf } from './support/launcher.ts';
import { leftovers } from './support/leftovers.ts';
import { standInAgent } from './support/standInAgent.ts';

/** Everything that somebody once had in the name of a folder, but for a line break. */
const NAMES = [
  '-dash',
  'with  two spaces',
  'co:lon',
  'com,ma',
  `quo"te's`,
  'ünï 日本 🙂',
  '$HOME `id` \\n',
  'a=b;c&d|e',
  '#{x}[y]*?',
];

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))('a run on %s', (_, ground) => {
  let lab: Lab;

  beforeAll(() => {
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  });
  afterAll(() => lab?.close());

  const own = (path: string) => {
    if (process.getuid?.() === 0) chownSync(path, ground.owner.uid, ground.owner.gid);
  };
  const args = (argv: readonly string[], ...flags: readonly string[]) => [
    'run',
    '.',
    ...ground.flags,
    ...flags,
    '--',
    ...argv,
  ];
  const run = (argv: readonly string[], ...flags: readonly string[]) => lab.agentbox(args(argv, ...flags));
  const boxes = async () => {
    const { stdout } = await lab.agentbox(['ls', '--json', ...ground.flags.slice(0, 2)]);
    const all = JSON.parse(stdout) as { name: string; state: string; project: string; exitCode?: number }[];
    return all.filter((box) => box.project.startsWith(lab.dir));
  };
  /** Waits for a file that a box makes in its project. */
  const sign = async (name: string) => {
    const path = join(lab.project, name);
    for (let tries = 0; !existsSync(path); tries += 1) {
      if (tries > 600) throw new Error(`${name} did not come`);
      await setTimeout(50);
    }
    rmSync(path);
  };

  it.each<[code: number, argv: readonly string[]]>([
    [0, ['true']],
    [1, ['false']],
    [42, ['sh', '-c', 'exit 42']],
    [255, ['sh', '-c', 'exit 255']],
    [137, ['sh', '-c', 'kill -KILL $$']],
    [143, ['perl', '-e', 'kill TERM => $$; sleep 9']],
    [127, ['no-such-program']],
    [126, ['/etc/hostname']],
  ])('ends with %i for %j', async (code, argv) => {
    const { stderr, ...rest } = await run(argv);
    expect(rest, stderr).toMatchObject({ code, signal: null, stdout: '' });
    if (code === 127) expect(stderr).toContain('agentbox: cannot start no-such-program: No such file or directory');
    if (code === 126) expect(stderr).toContain('agentbox: cannot start /etc/hostname: Permission denied');
  });

  it('is stopped by --timeout with 124, and its box is gone', async () => {
    const began = Date.now();
    expect(await run(['sleep', '100'], '--timeout', '1s')).toMatchObject({ code: 124, stdout: '' });
    expect(Date.now() - began).toBeLessThan(30_000);
    await expect.poll(boxes, { timeout: 20_000 }).toEqual([]);
  });

  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('hands %s to the agent, which may clean up', async (signal, code) => {
    const script = `trap 'echo cleaning; exit ${code}' ${signal.slice(3)}; touch up; while :; do sleep 0.1; done`;
    const child = lab.start(args(['bash', '-c', script]));
    const end = ended(child);
    await sign('up');
    process.kill(launcherOf(lab), signal);
    expect(await end).toMatchObject({ code, stdout: 'cleaning\n' });
    await expect.poll(boxes, { timeout: 20_000 }).toEqual([]);
  });

  it('whose launcher was killed leaves a box that is listed and can be stopped and removed', async () => {
    const child = lab.start(args(['bash', '-c', 'echo spoke; touch up; sleep 100']));
    await sign('up');
    process.kill(launcherOf(lab), 'SIGKILL');
    await once(child, 'exit');
    const [box, ...others] = await boxes();
    expect(others).toEqual([]);
    expect(box).toMatchObject({ state: 'running', project: lab.project });
    const name = box?.name ?? '';
    expect(await lab.agentbox(['logs', name, ...ground.flags.slice(0, 2)])).toMatchObject({ stdout: 'spoke\n' });
    expect(await lab.agentbox(['rm', name, ...ground.flags.slice(0, 2)])).toMatchObject({ code: 125 });
    expect(await lab.agentbox(['stop', name, ...ground.flags.slice(0, 2)])).toMatchObject({ code: 0 });
    expect(await boxes()).toMatchObject([{ name, state: 'exited' }]);
    expect(await lab.agentbox(['rm', name, ...ground.flags.slice(0, 2)])).toMatchObject({ code: 0 });
    await expect.poll(boxes, { timeout: 20_000 }).toEqual([]);
  });

  it('works beside another of its client', async () => {
    const first = run(['sh', '-c', 'touch up; until [ -e go ]; do sleep 0.1; done; echo first']);
    await sign('up');
    expect(await run(['sh', '-c', 'touch go; echo second'])).toMatchObject({ code: 0, stdout: 'second\n' });
    expect(await first).toMatchObject({ code: 0, stdout: 'first\n' });
    rmSync(join(lab.project, 'go'));
  });

  it(`of an agent with locks ${ground.gvisor ? 'is refused' : 'works as well'} beside another`, async () => {
    const image = await standInAgent(lab);
    const claude = (script: string) =>
      run(['-p', script], '--agent', 'claude', '--image', image.ref, '--env', 'ANTHROPIC_API_KEY=none');
    try {
      const first = claude('touch up; until [ -e go ]; do sleep 0.1; done; echo first');
      await sign('up');
      const second = await claude('echo second');
      writeFileSync(join(lab.project, 'go'), '');
      expect(await first).toMatchObject({ code: 0, stdout: 'first\n' });
      rmSync(join(lab.project, 'go'));
      if (!ground.gvisor) expect(second).toMatchObject({ code: 0, stdout: 'second\n' });
      else {
        expect(second).toMatchObject({ code: 125, stdout: '' });
        expect(second.stderr).toContain('claude of client default is already running in agentbox-default-proj-claude-');
        expect(second.stderr).toContain('why:  under gVisor file locks do not reach another box');
      }
    } finally {
      image.remove();
    }
  });

  const LOOK = 'pwd; cat word; echo from the box > answer';
  it.each([...(ground.name === 'docker' ? NAMES : []), NAMES.join(' ')])(
    'works in a folder called %s',
    async (name) => {
      const path = join(lab.dir, 'work', name);
      mkdirSync(path);
      own(path);
      writeFileSync(join(path, 'word'), 'from the host\n');
      const here = await lab.agentbox(args(['sh', '-c', LOOK]), { cwd: path });
      expect(here, here.stderr).toMatchObject({ code: 0, stdout: '/workspace\nfrom the host\n' });
      expect(readFileSync(join(path, 'answer'), 'utf8')).toBe('from the box\n');
      await expect.poll(boxes, { timeout: 20_000 }).toEqual([]);
    },
  );

  it('works at the same path as on the host, whatever that is', async () => {
    const path = join(lab.dir, 'work', NAMES.join(' '));
    lab.config(
      'defaults: { agent: shell, network: none, workspace_path: same, allow_degraded: [memory-limit, cpus-limit, pids-limit] }',
    );
    const same = await lab.agentbox(['run', `./${NAMES.join(' ')}`, ...ground.flags, '--', 'sh', '-c', LOOK], {
      cwd: join(lab.dir, 'work'),
    });
    expect(same, same.stderr).toMatchObject({ code: 0, stdout: `${path}\nfrom the host\n` });
  });

  it('works in a project that is reached by a link', async () => {
    symlinkSync(lab.project, join(lab.dir, 'work/link'));
    const linked = await lab.agentbox(['run', 'link', ...ground.flags, '--', 'sh', '-c', 'pwd; cat greeting.txt'], {
      cwd: join(lab.dir, 'work'),
    });
    expect(linked, linked.stderr).toMatchObject({ code: 0, stdout: `${lab.project}\nhello\n` });
  });

  it('leaves nothing behind', async () => {
    await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
  });
});
