import { isRefName } from '../git/refName.ts';

/** Bytes of one part of a name: a file system has room for 255, and more may be put behind it: `.lock`, the end of a box's name. */
const PART = 200;
const WHOLE = 900;

/**
 * True for the full name of a branch or tag that may be made on the host: what git takes for a ref, below `refs/heads/` or
 * `refs/tags/`, which no command takes for an option and every file system has room for.
 */
export function isBranchOrTag(name: string): boolean {
  if (!isRefName(name) || !/^refs\/(heads|tags)\/[^-]/.test(name)) return false;
  if (name === 'refs/heads/HEAD' || /\p{Cs}|\ufffd/u.test(name)) return false;
  return Buffer.byteLength(name) <= WHOLE && name.split('/').every((part) => Buffer.byteLength(part) <= PART);
}

/** The name as people write it, without `refs/heads/` or `refs/tags/`. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

/** Equal for names that some file system takes for the same: case and the ways to write one character. */
function folded(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Cf}/gu, '')
    .normalize('NFKC');
}

/** Names of refs that are in use, as the most forgetful file system sees them. */
export class TakenNames {
  readonly #names = new Set<string>();
  /** What is a folder because a name lies below it. */
  readonly #folders = new Set<string>();

  constructor(names: Iterable<string>) {
    for (const name of names) this.add(name);
  }

  add(name: string): void {
    const key = folded(name);
    this.#names.add(key);
    for (const folder of foldersOf(key)) this.#folders.add(folder);
  }

  /** True when a ref of this name can be made: there is none, none is a folder of its name, and it is no folder of another's. */
  isFree(name: string): boolean {
    const key = folded(name);
    return !this.#names.has(key) && !this.#folders.has(key) && foldersOf(key).every((f) => !this.#names.has(f));
  }
}

function foldersOf(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
