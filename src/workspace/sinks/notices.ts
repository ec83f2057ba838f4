import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import type { GuardedPath } from '../facts.ts';
import { foldsCase } from './foldsCase.ts';
import { identify } from './identity.ts';
import type { Tree } from './walk.ts';

/** Names in one line at most. */
const SHOWN = 5;

/** What the user must know of a project that was looked through; `trackedSecrets` are those that are not masked. */
export function noticesOf(
  project: string,
  tree: Tree,
  guarded: readonly GuardedPath[],
  masked: readonly string[],
  trackedSecrets: readonly string[],
): readonly string[] {
  const { hardLinks, hardLinksCounted, complete } = tree;
  const linked = guarded.filter(({ path, kind }) => kind === 'file' && (identify(project, path)?.links ?? 1) > 1);
  const count = `${hardLinksCounted ? '' : 'at least '}${counted(hardLinks)} of the project`;
  const notices: readonly (string | false)[] = [
    !complete && `${plain(project)} is too large to be looked through: not all of it is guarded`,
    hardLinks > 0 && `${count} with more than one link: what the box writes there is written wherever else they lie`,
    linked.length > 0 && `${names(linked.map(({ path }) => path))}: guarded, but a box may reach it by another link`,
    trackedSecrets.length > 0 && `${names(trackedSecrets)}: not masked, because git tracks it`,
    guarded.length + masked.length > 0 &&
      foldsCase(project) &&
      `${plain(project)} does not tell .env from .ENV, by which a box may reach what is guarded or masked: --workspace clone does not let it`,
  ];
  return notices.filter((notice) => notice !== false);
}

/** With `strict`: throws UserError('refused') for a project in which a file has more than one link. */
export function refuseLinks({ hardLinks }: Tree, project: string): void {
  if (hardLinks === 0) return;
  throw new UserError('refused', `${plain(project)} has ${counted(hardLinks)} with more than one link`, {
    why: 'strict refuses that: such a file may lie outside of the project too, and what the box writes would be there',
    next: [
      `find ${plain(project)} -type f -links +1   shows them`,
      'use --workspace clone, which copies',
      'or set strict: false',
    ],
  });
}

/** A few paths for one line, and how many more there are. */
function names(paths: readonly string[]): string {
  const rest = paths.length - SHOWN;
  return `${paths.slice(0, SHOWN).map(plain).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

const counted = (count: number) => `${count} ${count === 1 ? 'file' : 'files'}`;
