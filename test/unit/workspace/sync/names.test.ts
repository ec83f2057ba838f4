import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isBranchOrTag, TakenNames } from '../../../../src/workspace/sync/names.ts';

const GOOD = [
  'refs/heads/main',
  'refs/heads/a/b/c',
  'refs/tags/v1.0',
  'refs/heads/ünï',
  'refs/heads/a@b',
  'refs/heads/x.y',
];
const BAD = [
  'refs/heads/../../hooks/x',
  'refs/heads/-x',
  'refs/tags/--upload-pack=x',
  'refs/heads/a\nb',
  'refs/heads/a b',
  'refs/heads/.git',
  'refs/heads/a/.b',
  'refs/heads/a.lock',
  'refs/heads/a.lock/b',
  'refs/heads/a//b',
  'refs/heads/a/',
  'refs/heads/a.',
  'refs/heads/a..b',
  'refs/heads/a@{1}',
  'refs/heads/a~1',
  'refs/heads/a^',
  'refs/heads/a:b',
  'refs/heads/a?',
  'refs/heads/a*',
  'refs/heads/a[',
  'refs/heads/a\\b',
  'refs/heads/\u0001',
  'refs/heads/\u007f',
  'refs/heads/',
  'refs/heads',
  'refs/heads/HEAD',
  'refs/remotes/origin/main',
  'refs/stash',
  'HEAD',
  '/etc/passwd',
  `refs/heads/${'a'.repeat(201)}`,
  `refs/heads/${'é'.repeat(101)}`,
  `refs/heads/${'a/'.repeat(460)}b`,
];

describe('names of branches and tags', () => {
  it.each(GOOD)('takes %j, as git does', (name) => {
    expect(isBranchOrTag(name)).toBe(true);
    execFileSync('git', ['check-ref-format', name]);
  });

  it.each(BAD)('refuses %j', (name) => expect(isBranchOrTag(name)).toBe(false));

  it('takes no name that git refuses', () => {
    const parts = ['a', '.', '..', '-', '@', '{', '/', '\\', ' ', '~', '^', ':', '?', '*', '[', '.lock', '\t', 'ü'];
    let state = 7;
    const random = (below: number) => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return Math.floor((state / 2 ** 31) * below);
    };
    const names = Array.from({ length: 400 }, () => {
      const tail = Array.from({ length: 1 + random(4) }, () => parts[random(parts.length)]).join('');
      return `refs/heads/${tail}`;
    });
    const taken = names.filter(isBranchOrTag);
    expect(taken.length).toBeGreaterThan(20);
    for (const name of new Set(taken))
      execFileSync('git', ['check-ref-format', '--branch', name.slice('refs/heads/'.length)]);
  });
});

describe('names that are taken', () => {
  const taken = new TakenNames(['refs/heads/main', 'refs/heads/topic/a', 'refs/heads/größe']);

  it.each([
    ['refs/heads/MAIN', 'case'],
    ['refs/heads/GRÖSSE'.replace('SS', 'ß'), 'case beyond ASCII'],
    ['refs/heads/gro\u0308ße', 'another way to write a character'],
    ['refs/heads/ma\u200bin', 'a character that is not seen'],
    ['refs/heads/topic', 'a folder of another'],
    ['refs/heads/Topic', 'a folder of another, in another case'],
    ['refs/heads/main/x', 'one is its folder'],
    ['refs/heads/Main/x', 'one is its folder, in another case'],
  ])('%s is not free: %s', (name) => expect(taken.isFree(name)).toBe(false));

  it.each(['refs/heads/mainly', 'refs/heads/topic/b', 'refs/tags/main'])('%s is free', (name) =>
    expect(taken.isFree(name)).toBe(true),
  );
});
