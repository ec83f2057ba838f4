import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newIds } from '../../../../src/workspace/ended/newIds.ts';
import { parseHistory } from '../../../../src/workspace/ended/parseHistory.ts';
import { parseStart } from '../../../../src/workspace/ended/parseStart.ts';
import { readChanged } from '../../../../src/workspace/ended/readChanged.ts';
import { commitFiles, git, makeRepository, put } from '../support.ts';

const SCRIPTS = fileURLToPath(new URL('../../../../images/workspace/', import.meta.url));

describe('what readers print', () => {
  let dir: string;
  let repository: string;
  const head = (name = 'HEAD') => git(repository, 'rev-parse', name);

  beforeEach(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-ended-')));
    repository = makeRepository(join(dir, 'r'), { 'a.txt': 'one\n', 'sub/b c.txt': '\0binary' });
  });

  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** The script as a helper box runs it, but in a directory in the place of `/tmp` and `/start`. */
  const script = (name: string, input: string, largest = 1000) => {
    const text = readFileSync(join(SCRIPTS, name), 'utf8')
      .replaceAll('/tmp/', `${dir}/tmp/`)
      .replaceAll('/start/', `${dir}/start/`);
    put(join(dir, 'tmp', name), text);
    put(join(dir, 'start', 'x'), '');
    copyFileSync(join(repository, '.git/index'), join(dir, 'start/index'));
    const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1' };
    const args = [join(dir, 'tmp', name), 'sha1', `${largest}`, join(repository, '.git/objects')];
    const ended = spawnSync('sh', args, { input, cwd: dir, env, timeout: 30_000 });
    expect(ended.status, ended.stderr.toString()).toBe(0);
    rmSync(join(dir, 'tmp'), { recursive: true });
    return ended.stdout;
  };

  it('are files as the index of the start has them', () => {
    const files = parseStart(script('read-start', 'a.txt\0sub/b c.txt\0not there\0:(glob)*\0', 5));
    expect([...files.keys()]).toEqual(['a.txt', 'sub/b c.txt']);
    expect(files.get('a.txt')).toEqual({ mode: '100644', content: Buffer.from('one\n') });
    expect(files.get('sub/b c.txt')).toEqual({ mode: '100644', content: undefined });
    expect(parseStart(script('read-start', 'not there\0'))).toEqual(new Map());
  });

  it('are all states of files in new commits, with modes, and what commits and tags say', () => {
    const old = head();
    commitFiles(repository, { 'gone.txt': 'secret\n', 'a.txt': 'two\n', 'odd\nname': 'odd\n' }, 'first of two');
    rmSync(join(repository, 'gone.txt'));
    symlinkSync('a.txt', join(repository, 'link'));
    commitFiles(repository, { copy: 'one\n' }, 'second of two');
    git(repository, 'tag', '-a', 'v1', '-m', 'words of a tag');
    const { changes, texts } = parseHistory(
      script('read-history', `${head('v1')}\n${'1'.repeat(40)}\n^${old}\n^${'2'.repeat(40)}\n`),
    );
    const shown = changes.map(({ path, after }) => `${path} ${after?.mode} ${after?.content}`);
    expect(shown.sort()).toEqual([
      'a.txt 100644 two\n',
      'copy 100644 one\n',
      'gone.txt 100644 secret\n',
      'link 120000 a.txt',
      'odd\nname 100644 odd\n',
    ]);
    expect(texts.map(({ name }) => name.split(' ')[0])).toEqual(['commit', 'commit', 'tag']);
    expect(texts.map(({ content }) => `${content}`).join()).toMatch(/second of two.*first of two.*words of a tag/s);
    expect(parseHistory(script('read-history', `^${old}\n`))).toEqual({ changes: [], texts: [] });
  });

  it('has of a merge what is in none of its parents', () => {
    const old = head();
    git(repository, 'checkout', '-qb', 'side');
    commitFiles(repository, { side: 's\n' }, 'side');
    git(repository, 'checkout', '-q', 'main');
    commitFiles(repository, { main: 'm\n' }, 'main');
    git(repository, 'merge', '-q', '--no-commit', 'side');
    commitFiles(repository, { main: 'evil\n', side: 'evil too\n' }, 'merge');
    const { changes } = parseHistory(script('read-history', `${head()}\n^${old}\n`));
    const shown = changes.map(({ path, after }) => `${path} ${after?.content}`);
    expect(shown.sort()).toEqual(['main evil\n', 'main m\n', 'side evil too\n', 'side s\n']);
  });

  it('is asked for what refs name now and did not before', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
    const before = { head: 'ref: refs/heads/main', refs: { 'refs/heads/main': a } };
    expect(newIds(before, before)).toEqual([]);
    expect(newIds(before, { head: b, refs: { 'refs/heads/main': a, 'refs/heads/x': b } }, [c])).toEqual([
      b,
      c,
      `^${a}`,
    ]);
  });

  it('of a changed file is read without following links, up to a size', async () => {
    put(join(dir, 'p/large'), 'x'.repeat(5 * 1024 * 1024));
    put(join(dir, 'p/small'), 'x');
    put(join(dir, 'outside'), 'secret');
    symlinkSync('../outside', join(dir, 'p/link'));
    const file = (path: string, mode: '100644' | '120000' = '100644') => ({ path, mode, isMoved: false });
    const asked = [file('large'), file('small'), file('link'), file('link', '120000'), file('gone')];
    const read = await readChanged(join(dir, 'p'), asked);
    expect(read.map(({ path, after }) => [path, after?.content?.toString()])).toEqual([
      ['large', undefined],
      ['small', 'x'],
      ['link', '../outside'],
    ]);
  });
});
