import { posix } from 'node:path';

/** What is made of one entry of an archive that a box has written: nothing else ever comes out of it. */
export type Entry =
  | { readonly kind: 'file'; readonly path: string; readonly executable: boolean }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** It stays behind, for a reason in words. */
  | { readonly kind: 'none'; readonly path: string; readonly why: string };

/** What an archive says of an entry. */
interface Header {
  readonly name: string;
  readonly type?: string | undefined;
  readonly mode?: number | undefined;
  readonly linkname?: string | undefined;
}

/**
 * What is made of an entry below `name`, which the box was asked for; paths come out relative to it, and its own is ''. Pure: a name that
 * leads elsewhere, a device, a pipe, a second name of a file stay behind, and a link that could lead out.
 */
export function entryOf({ name, type = 'file', mode = 0, linkname = '' }: Header, asked: string): Entry {
  const parts = name.replace(/\/+$/, '').split('/');
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'));
  const path = parts.slice(1).join('/');
  if (!isPlain || parts[0] !== asked) return { kind: 'none', path: name, why: 'its name leads elsewhere' };
  switch (type) {
    case 'file':
      return { kind: 'file', path, executable: (mode & 0o111) !== 0 };
    case 'directory':
      return { kind: 'folder', path };
    case 'symlink':
      if (!staysInside(path, linkname)) return { kind: 'none', path, why: 'a link that may lead out' };
      return { kind: 'link', path, target: linkname };
    case 'link':
      return { kind: 'none', path, why: 'a second name of another file' };
    default:
      return { kind: 'none', path, why: 'neither a file nor a folder' };
  }
}

/**
 * True for a link whose way goes up first and never out, and only down from there. A way that goes down and up again could be led out
 * by another link on it.
 */
function staysInside(path: string, target: string): boolean {
  if (path === '' || target === '' || target.startsWith('/') || target.includes('\0')) return false;
  const parts = target.split('/');
  const ups = parts.findIndex((part) => part !== '..');
  const down = ups === -1 ? [] : parts.slice(ups);
  if (down.some((part) => part === '..')) return false;
  const depth = posix.dirname(path) === '.' ? 0 : posix.dirname(path).split('/').length;
  return (ups === -1 ? parts.length : ups) <= depth;
}
