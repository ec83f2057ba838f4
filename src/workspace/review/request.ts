import type { CloneBase } from '../record.ts';
import { LARGEST, MOST } from './contents.ts';
import type { CloneSnapshot } from './snapshot.ts';

/** What of a clone is to land. */
export interface Wanted {
  /** Paths of the project; none: all. */
  readonly only: readonly string[];
  /** Paths that do not land. */
  readonly except: readonly string[];
  /** Commits as commits; else their changes alone. */
  readonly commits: boolean;
}

/** What plan-apply reads in `request`: names and values, each ended by a zero byte. Pure. */
export function requestText(base: CloneBase, snapshot: CloneSnapshot, wanted: Wanted): string {
  const { format, commit, tree } = base;
  const pairs: readonly (readonly [string, string])[] = [
    ['format', format],
    ['commit', commit ?? '-'],
    ['tree', snapshot.begin ?? tree],
    ['after', snapshot.after],
    ['head', base.baseline === null ? (snapshot.head ?? '-') : '-'],
    ['commits', wanted.commits ? 'yes' : 'no'],
    ['largest', `${LARGEST}`],
    ['most', `${MOST}`],
    ...snapshot.refs.map(({ id, name }) => ['ref', `${id} ${name}`] as const),
    ...wanted.only.map((path) => ['only', path] as const),
    ...wanted.except.map((path) => ['except', path] as const),
  ];
  return pairs.map(([name, value]) => `${name}\0${value}\0`).join('');
}

/** What write-apply reads in `orders`. */
export interface Orders {
  readonly box: string;
  readonly way: Way;
  /** The branch for commits that cannot be put on the project's own; without `refs/heads/`. */
  readonly aside: string;
}

/** How commits land: not, as they are, written anew on what the project has now, as a branch. */
export interface Way {
  readonly kind: 'changes' | 'forward' | 'replay' | 'branch';
  readonly commit: string | undefined;
  /** HEAD of the project, and the branch it is on. */
  readonly head: string | undefined;
  readonly ref: string | undefined;
  readonly index: 'new' | 'same';
  /** `have`: the project has the commits; `merges`, `rewritten`: why they land as a branch. */
  readonly why: string;
}

/** The same as text. Pure. */
export function ordersText({ box, way, aside }: Orders): string {
  const pairs = {
    box,
    new: way.commit ?? '-',
    old: way.head ?? '-',
    ref: way.ref ?? '-',
    branch: way.kind === 'branch' ? `refs/heads/${aside}` : '-',
    index: way.index,
    aside,
  };
  return Object.entries(pairs)
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('');
}
