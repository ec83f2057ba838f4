import { plain } from '../../ui/plain.ts';
import type { Judgement } from '../landing/judge.ts';
import { judgementLines } from '../landing/lines.ts';
import type { WorkspaceRecord } from '../record.ts';
import type { EntryChange } from './entry.ts';
import type { CloneSnapshot } from './snapshot.ts';

/** What of a clone a review shows; plain data, as it is printed with `--json`. */
export interface CloneReport {
  readonly box: string;
  readonly client: string;
  readonly project: string;
  readonly commits: CloneSnapshot['commits'];
  /** Files that are not as they were committed are among the changes. */
  readonly uncommitted: boolean;
  readonly files: readonly { readonly path: string; readonly change: string }[];
  readonly judgement: Judgement;
  /** What cannot land: repositories in it, files that git cannot read. */
  readonly left: readonly string[];
  /** Other branches with commits of their own, which do not land. */
  readonly branches: readonly string[];
}

/** Puts together what is known of a clone. Pure. */
export function reportOf(
  { box, client, project }: WorkspaceRecord,
  { commits, uncommitted, changes, left, refs }: CloneSnapshot,
  judgement: Judgement,
): CloneReport {
  const files = changes.map((change) => ({ path: change.path, change: wordOf(change) }));
  return {
    ...{ box, client, project, commits, uncommitted, files, judgement, left },
    branches: refs.map(({ name }) => name),
  };
}

/** The same for people, line by line; nothing in it acts on a terminal. Pure. */
export function reportLines(report: CloneReport): readonly string[] {
  const { commits, files, judgement, left, branches, uncommitted } = report;
  const marks = judgementLines(judgement);
  return [
    ...commits.map(({ id, author, subject }) => `commit ${id.slice(0, 10)} ${author}: ${subject}`),
    ...(uncommitted && commits.length > 0 ? ['and changes that are not committed'] : []),
    ...files.map(({ path, change }) => `${change.padEnd(8)} ${path}`),
    ...left.map((path) => `cannot land: ${path}`),
    ...branches.map((name) => `not part of it: ${name} has commits of its own`),
    ...(files.length === 0 && commits.length === 0 ? ['nothing has changed'] : []),
  ]
    .map(plain)
    .concat(marks);
}

/** One line: how much it is. Pure. */
export function countLine({ commits, files, judgement }: CloneReport): string {
  const { refused, asked, secrets } = judgement;
  const risky = new Set([...asked, ...refused].map(({ path }) => path)).size;
  return [
    count(files.length, 'file'),
    ...(commits.length === 0 ? [] : [count(commits.length, 'commit')]),
    ...(risky === 0 ? [] : [`${risky} to look at`]),
    ...(secrets.length === 0 ? [] : [count(secrets.length, 'secret')]),
  ].join(', ');
}

/** `1 file`, `2 files`. Pure. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function wordOf({ before, after }: EntryChange): string {
  if (before === undefined) return 'added';
  if (after === undefined) return 'deleted';
  if (before.mode.slice(0, 2) !== after.mode.slice(0, 2)) return 'retyped';
  return before.id === after.id ? 'mode' : 'changed';
}
