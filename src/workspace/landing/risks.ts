import { bareName } from './bareName.ts';
import { type Change, hasNewContent, type Level, type Mark, type Risk } from './change.ts';
import { contentMarks } from './contentMarks.ts';
import { gitattributesMarks, gitmodulesMarks, repositoryMarks } from './files/git.ts';
import { LOCKFILES, lockfileMarks } from './files/lockfile.ts';
import { packageJsonMarks } from './files/packageJson.ts';
import { linkMarks } from './linkMarks.ts';
import { nameMarks } from './nameMarks.ts';
import { placesOf } from './places/index.ts';

/** Why somebody should look at a change before it lands; none for most changes. Pure. */
export function risksOf(change: Change): readonly Risk[] {
  const marks = change.after === undefined ? removalMarks(change) : landingMarks(change);
  return marks.map((mark) => ({ ...mark, path: change.path }));
}

/** True when something must be answered, or cannot land. */
export function stops({ level }: { readonly level: Level }): boolean {
  return level !== 'note';
}

function landingMarks(change: Change): readonly Mark[] {
  return [
    ...nameMarks(change.path),
    ...linkMarks(change),
    ...contentMarks(change),
    ...(isSame(change) ? [] : [...placeMarks(change.path), ...fileMarks(change)]),
  ];
}

/** Nothing of a removed file runs; what it held back may. */
function removalMarks({ path }: Change): readonly Mark[] {
  return placesOf(path).map(({ rule, reason, removed = 'note' }) => ({
    ...{ rule, level: removed },
    reason: `is removed, and with it what it set: ${reason}`,
  }));
}

function placeMarks(path: string): readonly Mark[] {
  return placesOf(path).map(({ rule, level, reason }) => ({ rule, level, reason }));
}

/** Files whose content says what is new in them. */
function fileMarks(change: Change): readonly Mark[] {
  const name = bareName(change.path.split('/').at(-1) ?? '');
  if (name === 'package.json' || name === 'package.json5' || name === 'package.yaml') return packageJsonMarks(change);
  if (LOCKFILES.has(name)) return lockfileMarks(change);
  if (name === '.gitmodules') return gitmodulesMarks(change);
  if (name === '.gitattributes') return gitattributesMarks(change);
  return repositoryMarks(change);
}

const isSame = (change: Change) => change.before?.mode === change.after?.mode && !hasNewContent(change);
