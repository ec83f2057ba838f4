import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneGround, sessionGrounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

const COMMIT = 'git -c user.name=Agent -c user.email=agent@box.test commit -qm';

/** What has little to do with the engine is tried on one, and on all with AGENTBOX_TEST_ALL=1. */
const ONE = oneGround().map(({ name }) => name);

describe.each(sessionGrounds())('review of clones on $name', (ground) => {
  let lab: Lab;
  beforeAll(() => {
    lab = makeLab(ground);
    lab.config('defaults: { network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  });
  afterAll(() => lab.close());

  // Not a test that is skipped elsewhere: under CI none may be.
  const once: (name: string, act: () => Promise<void>) => void = ONE.includes(ground.name) ? test : () => {};
  const inClone = async (script: string) => {
    const argv = ['run', ...ground.flags, '--agent', 'shell', '--network', 'none', '--workspace', 'clone', '.'];
    const ended = await lab.agentbox([...argv, '--', 'sh', '-ec', script]);
    if (ended.code !== 0) throw new Error(ended.stderr);
  };
  const run = (...args: string[]) => lab.agentbox(args);
  const clones = () =>
    lab
      .engine(['volume', 'ls', '-q', '--filter', 'label=dev.agentbox=clone'])
      .split('\n')
      .filter((name) => name !== '');

  test('diff shows, apply lands commits and changes, and the clone is gone', async () => {
    await inClone(
      `printf 'from the box\\n' >> greeting.txt; git add .; ${COMMIT} 'More words'; printf new > 'ünï code.txt'`,
    );
    expect(clones().length).toBeGreaterThan(0);
    const diff = await run('diff');
    expect(diff.stdout).toContain('+from the box\n');
    expect(diff.stdout).toContain('ünï code.txt');
    const json = JSON.parse((await run('diff', '--json')).stdout);
    expect(json).toMatchObject({ commits: [{ subject: 'More words', author: 'Agent' }], uncommitted: true });
    expect((await run('diff', '--stat')).stdout).toContain('2 files changed');
    expect((await run('diff', '--summary')).stdout).toContain('More words');
    expect(await run('apply', '--dry-run')).toMatchObject({ code: 0 });
    expect(lab.git('log', '--format=%s')).toBe('first\n');
    const applied = await run('apply');
    expect(applied).toMatchObject({ code: 0 });
    expect(lab.git('log', '--format=%s %an')).toBe('More words Agent\nfirst owner\n');
    expect(lab.git('status', '--porcelain')).toBe('?? "\\303\\274n\\303\\257 code.txt"\n');
    expect(readFileSync(join(lab.project, 'greeting.txt'), 'utf8')).toBe('hello\nfrom the box\n');
    expect((await run('diff')).stderr).toContain('waits for a review');
    lab.git('fsck', '--strict');
  });

  once('what the host would run needs a yes of its own', async () => {
    await inClone(`mkdir -p .vscode; printf '{"tasks":[]}' > .vscode/tasks.json; printf fine > fine.txt`);
    const refused = await run('apply');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('.vscode/tasks.json');
    expect(existsSync(join(lab.project, 'fine.txt'))).toBe(false);
    expect(await run('apply', '--', 'fine.txt')).toMatchObject({ code: 0 });
    expect(existsSync(join(lab.project, 'fine.txt'))).toBe(true);
    expect(await run('apply', '--allow-risky')).toMatchObject({ code: 0 });
    expect(existsSync(join(lab.project, '.vscode/tasks.json'))).toBe(true);
  });

  test('two clones land one after the other, and conflicts change nothing', async () => {
    await inClone(`printf 'one\\n' > one.txt; git add .; ${COMMIT} one`);
    await inClone(`printf 'two\\n' > two.txt; printf 'two\\n' > one.txt; git add .; ${COMMIT} two`);
    const ambiguous = await run('apply');
    expect(ambiguous).toMatchObject({ code: 125 });
    const [first = '', second = ''] = ambiguous.stderr.match(/agentbox-[\w-]+(?= {3})/g) ?? [];
    expect(await run('apply', first)).toMatchObject({ code: 0 });
    const conflict = await run('apply', second);
    expect(conflict).toMatchObject({ code: 1 });
    expect(conflict.stderr).toContain('CONFLICT (add/add): Merge conflict in one.txt');
    expect(existsSync(join(lab.project, 'two.txt'))).toBe(false);
    expect(await run('apply', second, '--', 'two.txt')).toMatchObject({ code: 0 });
    expect(await run('discard', second, '--yes')).toMatchObject({ code: 0 });
    expect((await run('diff')).stderr).toContain('waits for a review');
  });

  once(
    'at a terminal the pager is the user’s, nothing of the clone acts on it, and each risk is asked for',
    async () => {
      await inClone(
        `printf 'before \\033[2J\\033]0;title\\007 after\\n' > esc.txt; printf '#!/bin/sh\\n' > .envrc; printf x > fine2.txt`,
      );
      const diff = openTerminal(lab.argv(['diff'], { PAGER: 'less', LESS: 'R' }), lab.project);
      await diff.until(/\(END\)/);
      diff.type('!');
      await diff.until(/Command not available/);
      diff.type('\rq');
      expect(await diff.end()).toBe(0);
      expect(diff.text()).toContain('before \\u{1b}[2J\\u{1b}]0;title\\u{7} after');
      expect(diff.text()).not.toContain('\u001b]0;');
      const apply = openTerminal(lab.argv(['apply']), lab.project);
      await apply.until(/Let \.envrc land\?/);
      apply.type('n');
      await apply.until(/Bring this into/);
      apply.type('y');
      expect(await apply.end()).toBe(0);
      expect(existsSync(join(lab.project, '.envrc'))).toBe(false);
      expect(existsSync(join(lab.project, 'fine2.txt'))).toBe(true);
      expect(apply.text()).toContain('the clone stays');
      expect(await run('discard', '--yes')).toMatchObject({ code: 0 });
    },
  );

  once('what was moved aside of a bind box is shown, given back, or thrown away', async () => {
    const plant = ['run', ...ground.flags, '--agent', 'shell', '--network', 'none', '.', '--'];
    const envrc = join(lab.project, '.envrc');
    await lab.agentbox([...plant, 'sh', '-c', `printf 'touch \\033[2J' > .envrc`]);
    expect(existsSync(envrc)).toBe(false);
    const shown = await run('diff');
    expect(shown.stdout).toContain('.envrc: ');
    expect(shown.stdout).toContain('+touch \\u{1b}[2J');
    expect(await run('apply')).toMatchObject({ code: 2 });
    expect(await run('apply', '--allow-risky')).toMatchObject({ code: 0 });
    expect(readFileSync(envrc, 'utf8')).toContain('touch');
    expect((await run('diff')).stderr).toContain('waits for a review');
    await lab.agentbox([...plant, 'sh', '-c', 'mkdir -p .idea; echo x > .idea/workspace.xml']);
    expect(await run('discard', '--yes')).toMatchObject({ code: 0 });
    expect(existsSync(join(lab.project, '.idea/workspace.xml'))).toBe(false);
    expect((await run('diff')).stderr).toContain('waits for a review');
  });

  test('agentbox killed while it writes: the next command leaves the project before or after', async () => {
    const before = lab.git('rev-parse', 'HEAD');
    await inClone(
      `i=0; while [ $i -lt 300 ]; do echo $i > file-$i; i=$((i + 1)); done; git add .; ${COMMIT} many; git rev-parse HEAD > .git/told`,
    );
    const child = lab.start(['apply', '--allow-risky']);
    const gone = new Promise((resolve) => child.on('close', resolve));
    const journals = () => spawnSync('find', [lab.data, '-name', 'apply.json'], { encoding: 'utf8', timeout: 10_000 });
    const until = Date.now() + 60_000;
    while (journals().stdout === '' && child.exitCode === null && Date.now() < until) await setTimeout(20);
    child.kill('SIGKILL');
    await gone;
    const listed = await run('diff', '--stat');
    const files = readdirSync(lab.project).filter((name) => /^file-\d+$/.test(name)).length;
    const moved = lab.git('rev-parse', 'HEAD') !== before;
    expect(lab.git('status', '--porcelain', '--', 'file-*')).toBe('');
    expect([files, moved]).toEqual(moved ? [300, true] : [0, false]);
    expect(`${listed.stdout}${listed.stderr}`).toContain(moved ? 'is finished now' : '300 files changed');
    expect(readdirSync(lab.project).filter((name) => name.startsWith('.agentbox'))).toEqual([]);
    expect(journals().stdout).toBe('');
    if (!moved) expect(await run('apply', '--allow-risky')).toMatchObject({ code: 0 });
  });
});
