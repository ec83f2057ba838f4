import { isRefName } from '../git/refName.ts';
import { type Contents, parseContents } from './contents.ts';
import { changeOf, type EntryChange, idOf, maybeId } from './entry.ts';
import type { Way } from './request.ts';
import type { CloneRef } from './snapshot.ts';
import { type Tokens, tokensOf } from './tokens.ts';

/** What plan-apply decided. */
export type LandingPlan =
  /** The project's repository has lost what the clone was made of: a whole pack is needed. */
  | { readonly kind: 'lacking' }
  | { readonly kind: 'refused'; readonly why: string; readonly path: string }
  | { readonly kind: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | ReadyPlan;

/** All fits together. */
export interface ReadyPlan {
  readonly kind: 'ready';
  /** Files of the project that are written or removed. */
  readonly steps: readonly EntryChange[];
  /** What lands, against what the clone was made of; a path twice when a commit has it otherwise. */
  readonly landing: readonly EntryChange[];
  readonly contents: Contents;
  /** What is in commits alone: themselves, without a path, and files that a later one changed again. */
  readonly between: readonly { readonly id: string; readonly path: string }[];
  readonly left: readonly LeftOut[];
  /** Branches of the clone with commits that the project does not have. */
  readonly refs: readonly CloneRef[];
  readonly way: Way;
}

/** What git says where both sides changed the same; `untracked`: a file of the project that git does not know. */
export interface Conflict {
  readonly kind: 'files' | 'commit' | 'untracked';
  /** A path, or a commit in words. */
  readonly where: string;
  readonly text: string;
}

/** A path that does not land. */
export interface LeftOut {
  readonly why: 'left out' | 'repository' | 'name' | 'case';
  readonly path: string;
}

/** Reads what plan-apply printed; throws for anything else. Pure. */
export function parsePlan(bytes: Buffer): LandingPlan {
  const tokens = tokensOf(bytes);
  const conflicts: Conflict[] = [];
  const steps: EntryChange[] = [];
  const landing: EntryChange[] = [];
  const left: LeftOut[] = [];
  const refs: CloneRef[] = [];
  const between: { readonly id: string; readonly path: string }[] = [];
  let way: Way | undefined;
  for (let kind = tokens.next(); kind !== 'end'; kind = tokens.next()) {
    if (kind === 'lacking') return { kind: 'lacking' };
    if (kind === 'refused') {
      const [why = '', path = ''] = tokens.take(2);
      return { kind: 'refused', why, path };
    }
    if (kind === 'conflict') {
      const [what = '', where = '', text = ''] = tokens.take(3);
      conflicts.push({ kind: what as Conflict['kind'], where, text: text.trim() });
    } else if (kind === 'step' || kind === 'landed') (kind === 'step' ? steps : landing).push(changeIn(tokens));
    else if (kind === 'left') {
      const [why = '', path = ''] = tokens.take(2);
      left.push({ why: why as LeftOut['why'], path });
    } else if (kind === 'ref') {
      const [id = '', name = ''] = tokens.take(2);
      refs.push({ id: idOf(id), name });
    } else if (kind === 'between') {
      const [id = '', path = ''] = tokens.take(2);
      between.push({ id: idOf(id), path });
    } else if (kind === 'way') way = wayIn(tokens);
    else throw new Error(`a helper box said ${kind.slice(0, 20)}`);
  }
  if (conflicts.length > 0) return { kind: 'conflicts', conflicts };
  if (way === undefined) throw new Error('a helper box did not say how');
  const contents = parseContents(bytes.subarray(tokens.offset()));
  return { kind: 'ready', steps, landing, contents, between, left, refs, way };
}

function changeIn(tokens: Tokens): EntryChange {
  const [path = '', before = '', old = '', after = '', now = ''] = tokens.take(5);
  return changeOf(path, [before, old], [after, now]);
}

function wayIn(tokens: Tokens): Way {
  const [kind = '', commit = '', head = '', ref = '', index = '', why = ''] = tokens.take(6);
  if (ref !== '-' && !isRefName(ref)) throw new Error('a helper box named a branch wrongly');
  return {
    kind: kind as Way['kind'],
    ...{ commit: maybeId(commit), head: maybeId(head), ref: ref === '-' ? undefined : ref },
    index: index === 'new' ? 'new' : 'same',
    why,
  };
}
