import { Writable } from 'node:stream';
import { formatSize } from '../../config/size.ts';
import { UserError } from '../../errors.ts';
import type { RefsSnapshot } from '../git/readRefs.ts';
import { isObjectId } from '../git/refName.ts';

/** What a reader saw of the refs that it was asked for: hostile until checked, and this is checked. */
export interface News extends RefsSnapshot {
  /** The tree of the index; undefined where there is none. */
  readonly tree: string | undefined;
  /** The index has conflicts, so `tree` is that of HEAD. */
  readonly unmerged: boolean;
  /** Commits that the host lacks, by ref; a ref with too many others has none. */
  readonly commits: Readonly<Record<string, number>>;
  /** Stashes that the host lacks, the newest first. */
  readonly stashes: readonly string[];
  /** Names of refs whose objects are not there. */
  readonly missing: readonly string[];
  /** Of UNDER_WAY, what is. */
  readonly going: readonly string[];
}

/** Files that say what is under way in a git directory and ends with a commit. */
export const UNDER_WAY = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const;

/** What a reader was asked for. */
export interface Asked {
  readonly head: string | undefined;
  /** Branches and tags with their objects. */
  readonly refs: ReadonlyMap<string, string>;
  /** Length of an object's name. */
  readonly format: number;
}

/** Bytes of the lines before the pack. */
const MAX_HEAD = 32 * 1024 * 1024;

/** Reads the lines of a reader that was asked for a HEAD and refs with their ids. Throws UserError('refused') for what is no answer to that. */
export function parseNews(bytes: Buffer, { head, refs: asked, format }: Asked): News {
  const refs: Record<string, string> = {};
  const commits: Record<string, number> = {};
  const [stashes, missing, going]: [string[], string[], string[]] = [[], [], []];
  let [tree, unmerged]: [string | undefined, boolean] = [undefined, false];
  const id = (text: string | undefined) => {
    if (text === undefined || text.length !== format || !isObjectId(text))
      throw malformed('an object has no proper name');
    return text;
  };
  const known = (words: readonly string[]) => {
    const text = words.join(' ');
    if (!asked.has(text)) throw malformed('a name was not asked for');
    return text;
  };
  const lines = bytes.toString().split('\n');
  for (const line of lines.filter((text) => text !== '')) {
    const [word, ...rest] = line.split(' ');
    if (word === 'index' || word === 'unmerged') [tree, unmerged] = [id(rest.join(' ')), word === 'unmerged'];
    else if (word === 'stash') stashes.push(id(rest.join(' ')));
    else if (word === 'going') going.push(...UNDER_WAY.filter((state) => rest.includes(state)));
    else if (word === 'missing') missing.push(known(rest));
    else if (word === 'ref') {
      const [object, count = '', ...names] = rest;
      const ref = known(names);
      if (Object.hasOwn(refs, ref)) throw malformed('a name comes twice');
      if (object === undefined || asked.get(ref) !== object) throw malformed('a ref is not what it was');
      refs[ref] = object;
      if (/^\d{1,9}$/.test(count)) commits[ref] = Number(count);
      else if (count !== '-') throw malformed('a number is none');
    } else throw malformed('a line is unknown');
  }
  const answered = new Set([...Object.keys(refs), ...missing]);
  if (answered.size !== asked.size) throw malformed('a ref is left out');
  return { head, refs, tree, unmerged, commits, stashes, missing, going };
}

/**
 * Takes what a reader prints: the lines are kept, the pack goes to `pack`. Fails with UserError('refused') when either is larger than
 * allowed; `maxPack` in bytes.
 */
export function newsSink(pack: Writable, maxPack: number): { readonly stream: Writable; readonly lines: () => Buffer } {
  const head: Buffer[] = [];
  let [inPack, size, last] = [false, 0, 0x0a];
  let lines: Buffer | undefined;
  const endOfHead = (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += 1) {
      if (chunk[at] === 0x0a && last === 0x0a) return at;
      last = chunk[at] ?? 0;
    }
    return -1;
  };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      let rest = chunk;
      if (!inPack) {
        const end = endOfHead(chunk);
        head.push(end === -1 ? chunk : chunk.subarray(0, end));
        size += chunk.length;
        if (size > MAX_HEAD) return done(malformed('it says too much'));
        if (end === -1) return done();
        [inPack, size, rest] = [true, 0, chunk.subarray(end + 1)];
        lines = Buffer.concat(head);
      }
      size += rest.length;
      if (size > maxPack) return done(tooLarge(maxPack));
      pack.write(rest, done);
    },
    final: (done) => void pack.end(done),
    destroy(error, done) {
      pack.destroy();
      done(error);
    },
  });
  pack.on('error', (error) => stream.destroy(error));
  return {
    stream,
    lines() {
      if (lines === undefined) throw malformed('it ended too early');
      // Without the last line's end.
      return lines.subarray(0, -1);
    },
  };
}

function malformed(why: string): UserError {
  return new UserError('refused', 'the box’s git directory is not as git makes it', { why });
}

function tooLarge(max: number): UserError {
  return new UserError('refused', `what the box committed is larger than ${formatSize(max)}`, {
    why: 'so much is not taken into your repository by itself',
    next: ['agentbox sync --max-size 20g'],
  });
}
