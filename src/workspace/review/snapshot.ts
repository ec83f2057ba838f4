import { isRefName } from '../git/refName.ts';
import { changeOf, type EntryChange, idOf, maybeId } from './entry.ts';
import { tokensOf } from './tokens.ts';

/** What is in a clone. A box wrote all of it: names and words are for show, ids are checked where they are used. */
export interface CloneSnapshot {
  /** The tree its files are compared with; undefined when the clone has lost it. */
  readonly begin: string | undefined;
  /** Its present commit. */
  readonly head: string | undefined;
  readonly branch: string | undefined;
  /** The tree of its files. */
  readonly after: string;
  /** True when files are not as they were committed. */
  readonly uncommitted: boolean;
  /** What git did not take in: repositories in it, files nobody may read. */
  readonly left: readonly string[];
  /** True when its commits come after the one it was made of. */
  readonly follows: boolean;
  /** The oldest first. */
  readonly commits: readonly CloneCommit[];
  /** Other branches and stashes with commits that are nowhere else in it. */
  readonly refs: readonly CloneRef[];
  readonly changes: readonly EntryChange[];
}

/** A commit as people see it. */
interface CloneCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly email: string;
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
}

/** A ref and its commit. */
export interface CloneRef {
  readonly id: string;
  readonly name: string;
}

/** Reads what `snapshot-clone look` printed; throws for anything else. Pure. */
export function parseSnapshot(bytes: Buffer): CloneSnapshot {
  const tokens = tokensOf(bytes);
  let begin: string | undefined;
  let state = { head: undefined, branch: undefined, after: '', tree: undefined } as {
    head: string | undefined;
    branch: string | undefined;
    after: string;
    tree: string | undefined;
  };
  let follows = false;
  const left: string[] = [];
  const commits: CloneCommit[] = [];
  const refs: CloneRef[] = [];
  const changes: EntryChange[] = [];
  const rows: Readonly<Record<string, () => void>> = {
    base() {
      begin = maybeId(tokens.next());
    },
    head() {
      const [head = '', branch = '', after = '', tree = ''] = tokens.take(4);
      state = { head: maybeId(head), branch: branchOf(branch), after: idOf(after), tree: maybeId(tree) };
    },
    left: () => void left.push(tokens.next()),
    history() {
      follows = tokens.next() === 'after';
    },
    commit() {
      const [id = '', parents = '', author = '', email = '', date = '', subject = ''] = tokens.take(6);
      const known = parents.split(' ').filter((parent) => parent !== '');
      commits.push({ id: idOf(id), parents: known.map(idOf), author, email, date, subject });
    },
    ref() {
      const [id = '', name = ''] = tokens.take(2);
      if (isRefName(name)) refs.push({ id: idOf(id), name });
    },
    change() {
      const [before = '', after = '', old = '', now = '', path = ''] = tokens.take(5);
      changes.push(changeOf(path, [before, old], [after, now]));
    },
  };
  for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
    const read = rows[kind];
    if (read === undefined) throw new Error(`a helper box said ${kind.slice(0, 20)}`);
    read();
  }
  const { tree, ...rest } = state;
  return { begin, ...rest, uncommitted: tree !== rest.after, left, follows, commits, refs, changes };
}

function branchOf(name: string): string | undefined {
  return isRefName(`refs/heads/${name}`) ? name : undefined;
}
