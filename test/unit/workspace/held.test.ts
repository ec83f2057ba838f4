import { expect, it } from 'vitest';
import { PLAIN_WORKSPACE, type RepositoryFacts } from '../../../src/workspace/facts.ts';
import { changeableBy } from '../../../src/workspace/held.ts';

const common = {
  place: '',
  gitDir: '/p/.git',
  commonDir: '/p/.git',
  objects: ['/p/.git/objects'],
  borrowing: [],
  config: [],
};
const repositories: readonly RepositoryFacts[] = [
  { ...common, dotGit: 'directory' },
  {
    ...{ ...common, place: 'a/b', dotGit: 'file', gitDir: '/p/.bare', commonDir: '/p/.bare' },
    objects: ['/p/.bare/objects', '/p/deep/er/objects', '/p/a/objects'],
  },
];
const guarded = [{ path: 'app/.vscode', kind: 'directory', reason: '' } as const];
const other = { box: 'one', project: '/p', facts: { ...PLAIN_WORKSPACE, guarded, masked: ['env/.env'], repositories } };

it.each([
  // The other box's own mount, and what lies above it and outside.
  ['/p', false],
  ['/', false],
  ['/pp/x', false],
  // Mounted over themselves there, or below such a mount.
  ['/p/.git', false],
  ['/p/.git/objects', false],
  ['/p/a', false],
  ['/p/a/b', false],
  ['/p/a/b/.git', false],
  ['/p/app', false],
  ['/p/app/.vscode/tasks.json', false],
  ['/p/env', false],
  ['/p/.bare/objects', false],
  ['/p/a/objects', false],
  // All else it can rename, and put a link there.
  ['/p/src', true],
  ['/p/a/c', true],
  ['/p/new/.git/objects', true],
  ['/p/deep/er/objects', true],
])('%s can be changed by the other box: %s', (path, changeable) => {
  expect(changeableBy(path, [other])).toBe(changeable ? 'one' : undefined);
});
