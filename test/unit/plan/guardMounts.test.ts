import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { guardMounts, MOST_MOUNTS, maskMounts } from '../../../src/plan/guardMounts.ts';
import { type GuardedPath, PLAIN_WORKSPACE, type RepositoryFacts } from '../../../src/workspace/facts.ts';

const place = { project: '/work/p', target: '/workspace', folder: '/state/box', selinux: true };
const file = (path: string): GuardedPath => ({ path, kind: 'file', reason: 'it runs' });
const folder = (path: string): GuardedPath => ({ path, kind: 'directory', reason: 'it runs' });
const repository = (at: string) => ({ place: at }) as RepositoryFacts;

const facts = (changes: Partial<typeof PLAIN_WORKSPACE>) => ({ ...PLAIN_WORKSPACE, ...changes });
const lines = (changes: Partial<typeof PLAIN_WORKSPACE>) =>
  guardMounts(facts(changes), place).map(
    ({ source, target, write, relabel }) => `${source} ${target} ${write ? 'rw' : 'ro'}${relabel ? ' Z' : ''}`,
  );

describe('mounts that guard', () => {
  it('are none where there is nothing to guard', () => {
    expect(lines({ repositories: [repository('')] })).toEqual([]);
  });

  it('are each path read-only, and each folder above it, once, so that it stays where it is', () => {
    expect(lines({ guarded: [file('a/b/.envrc'), folder('a/.vscode'), file('.npmrc')] })).toEqual([
      '/work/p/a /workspace/a rw',
      '/work/p/a/b /workspace/a/b rw',
      '/work/p/a/b/.envrc /workspace/a/b/.envrc ro',
      '/work/p/a/.vscode /workspace/a/.vscode ro',
      '/work/p/.npmrc /workspace/.npmrc ro',
    ]);
  });

  it('are the folders above masked files and nested repositories, too', () => {
    expect(lines({ masked: ['x/.env'], repositories: [repository(''), repository('y/z')] })).toEqual([
      '/work/p/x /workspace/x rw',
      '/work/p/y /workspace/y rw',
      '/work/p/y/z /workspace/y/z rw',
    ]);
  });

  it('leave no guarded folder writable because something lies in it', () => {
    expect(lines({ guarded: [folder('.vscode')], masked: ['.vscode/.env'] })).toEqual([
      '/work/p/.vscode /workspace/.vscode ro',
    ]);
  });

  it('are so many and no more, and what has too many is named', () => {
    const many = (count: number) => ({ guarded: Array.from({ length: count }, (_, n) => file(`.many${n}`)) });
    expect(lines(many(MOST_MOUNTS))).toHaveLength(MOST_MOUNTS);
    const deep = Array.from({ length: MOST_MOUNTS }, (_, n) => file(`packages/p${n}/.envrc`));
    expect(() => lines({ guarded: deep })).toThrow(UserError);
    expect(() => lines({ guarded: deep })).toThrow(/401 mounts, 200 at most/);
  });
});

it('masks with an empty file, which is labelled for the box', () => {
  expect(maskMounts({ masked: ['a/.env'] }, place)).toEqual([
    { source: '/state/box/masked', target: '/workspace/a/.env', write: false, relabel: true, purpose: 'masked' },
  ]);
});
