import type { RefsSnapshot } from '../git/readRefs.ts';
import { isObjectId } from '../git/refName.ts';
import { isBranchOrTag, shortName, TakenNames } from './names.ts';

/** The host's side of a decision. */
export interface HostSide extends RefsSnapshot {
  /** Branches that other worktrees of the repository have checked out. */
  readonly elsewhere: readonly string[];
  /** True when HEAD may move with its branch: the index is as at the start, and no merge or the like is under way. */
  readonly settled: boolean;
}

/** One ref of the box that comes to the host. */
export interface Move {
  /** Its name in the box. */
  readonly ref: string;
  /** Its name on the host; another when it could not have its own. */
  readonly to: string;
  /** What `to` is now; undefined when it is not there. */
  readonly from: string | undefined;
  readonly id: string;
  /** Why it has another name. */
  readonly aside?: Aside;
}

/** Why a ref came under another name. */
export type Aside = 'moved' | 'checked-out' | 'worktree' | 'taken' | 'name' | 'detached';

/** What is to be done with one repository. */
export interface Decision {
  readonly moves: readonly Move[];
  /** The new HEAD; undefined when it stays. */
  readonly head: string | undefined;
  /** True when the index becomes the box's. */
  readonly index: boolean;
  /** Branches and tags that the box deleted; they stay. */
  readonly deleted: readonly string[];
}

/** What a decision needs beside the three states. */
export interface Circumstances {
  /** What names of branches that cannot have their own end in. */
  readonly suffix: string;
  /** A try before this one was interrupted: the index is to be looked at though no ref may be left to move. */
  readonly again?: boolean;
}

/**
 * What of the box comes to the host, and under which name. A ref moves only where the host's is what the box started with. The branch
 * that the host has checked out moves only together with HEAD and the index; else it comes under another name, as does a new
 * one whose name is taken. Pure.
 */
export function decide(
  starts: RefsSnapshot,
  box: RefsSnapshot,
  host: HostSide,
  { suffix, again = false }: Circumstances,
): Decision {
  const [was, is, there] = [branchesAndTags(starts.refs), branchesAndTags(box.refs), branchesAndTags(host.refs)];
  const changed = [...is].filter(([ref, id]) => was.get(ref) !== id && there.get(ref) !== id);
  const [current, wanted] = [branchOf(host.head), branchOf(box.head)];
  // The one that HEAD is to follow has the first choice among names.
  const possible = changed.sort(([a], [b]) => Number(b === wanted) - Number(a === wanted));
  const obstacle = (ref: string): Aside | undefined => {
    if (!isBranchOrTag(ref)) return 'name';
    if (there.has(ref) && there.get(ref) !== was.get(ref)) return was.has(ref) ? 'moved' : 'taken';
    return host.elsewhere.includes(ref) ? 'worktree' : undefined;
  };
  const taken = new TakenNames(Object.keys(host.refs));
  const fits = (ref: string) => there.has(ref) || taken.isFree(ref);
  const arrives = (ref: string) => {
    if (!isBranchOrTag(ref) || host.elsewhere.includes(ref)) return false;
    if (is.get(ref) === there.get(ref)) return is.has(ref) || fits(ref);
    return changed.some(([name]) => name === ref) && obstacle(ref) === undefined && fits(ref);
  };
  const unmoved = host.settled && host.head !== undefined && host.head === starts.head && box.head !== undefined;
  const follows = unmoved && (wanted === undefined || arrives(wanted));
  // First those that keep their names, so that no other takes one of these.
  const kept: Move[] = [];
  const others: (readonly [ref: string, id: string, aside: Aside])[] = [];
  for (const [ref, id] of possible) {
    const aside = obstacle(ref) ?? (ref === current && !follows ? 'checked-out' : undefined);
    if (aside === undefined && fits(ref)) {
      kept.push({ ref, to: ref, from: there.get(ref), id });
      taken.add(ref);
    } else others.push([ref, id, aside ?? 'taken']);
  }
  const lone = follows || wanted !== undefined || box.head === starts.head ? undefined : box.head;
  const known = [...there.values(), ...changed.map(([, id]) => id)];
  if (lone !== undefined && !known.includes(lone)) others.push(['HEAD', lone, 'detached']);
  const asides = others.flatMap(([ref, id, aside]) => {
    const place = placeAside(ref, { was, there, taken, suffix, id, busy: [current, ...host.elsewhere] });
    return place === undefined ? [] : [{ ref, id, aside, ...place }];
  });
  const moved = kept.some(({ to }) => to === current);
  const head = follows && box.head !== host.head ? box.head : undefined;
  return {
    moves: [...kept, ...asides],
    head,
    index: follows && (moved || head !== undefined || again),
    deleted: [...was.keys()].filter((ref) => !is.has(ref) && there.has(ref)),
  };
}

/** Branches and tags with the objects they stand for; those that stand for another ref by way of it. */
export function branchesAndTags(refs: RefsSnapshot['refs']): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const ref of Object.keys(refs)) {
    const id = /^refs\/(heads|tags)\//.test(ref) ? resolve(refs, ref) : undefined;
    if (id !== undefined) found.set(ref, id);
  }
  return found;
}

function resolve(refs: RefsSnapshot['refs'], ref: string, depth = 0): string | undefined {
  const value = Object.hasOwn(refs, ref) ? refs[ref] : undefined;
  const target = branchOf(value);
  if (target === undefined || depth > 5) return value !== undefined && isObjectId(value) ? value : undefined;
  return resolve(refs, target, depth + 1);
}

/** The ref that a HEAD stands for; undefined for one that is detached. */
export function branchOf(head: string | undefined): string | undefined {
  return head?.startsWith('ref: ') ? head.slice('ref: '.length) : undefined;
}

interface Names {
  readonly was: ReadonlyMap<string, string>;
  readonly there: ReadonlyMap<string, string>;
  readonly taken: TakenNames;
  readonly suffix: string;
  readonly id: string;
  /** Branches that are checked out. */
  readonly busy: readonly (string | undefined)[];
}

/**
 * Another name for a ref: one that an earlier run of the same box made moves on; undefined where it is there already. Ends at a
 * name that is free.
 */
function placeAside(ref: string, names: Names): { to: string; from: string | undefined } | undefined {
  const { was, there, taken, suffix, id, busy } = names;
  const kind = ref.startsWith('refs/tags/') ? 'refs/tags' : 'refs/heads';
  for (let count = 1; ; count += 1) {
    const name = `${tame(shortName(ref))}-${suffix}${count === 1 ? '' : `-${count}`}`;
    const folder = taken.isFree(`${kind}/agentbox/${name}`) || there.has(`${kind}/agentbox/${name}`);
    const to = folder ? `${kind}/agentbox/${name}` : `${kind}/agentbox-${name}`;
    const value = there.get(to);
    if (value === id) return undefined;
    if (value !== undefined && value === was.get(ref) && !busy.includes(to)) return { to, from: value };
    if (taken.isFree(to)) {
      taken.add(to);
      return { to, from: undefined };
    }
    if (count > 1000) throw new Error(`no name is free for ${ref}`);
  }
}

/** A name without what made it none for the host. */
function tame(name: string): string {
  const parts = name.split('/').map((part) =>
    Array.from(part.replace(/^-+/, ''))
      .slice(0, 40)
      .join('')
      .replace(/\.(lock)?$/, ''),
  );
  return (
    parts
      .filter((part) => part !== '')
      .slice(0, 4)
      .join('/') || 'unnamed'
  );
}
