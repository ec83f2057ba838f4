import type { Change, FileMode, FileState } from '../../../../../src/workspace/landing/change.ts';

/** A file with this text. */
export const file = (text: string | Uint8Array, mode: FileMode = '100644'): FileState => ({
  mode,
  content: Buffer.from(text),
});

/** A symbolic link. */
export const link = (target: string): FileState => file(target, '120000');

/** A file that was not there. */
export const added = (path: string, text: string | Uint8Array = 'x\n', mode: FileMode = '100644'): Change => ({
  path,
  after: file(text, mode),
});

/** A file whose text is another. */
export const edited = (path: string, before: string, after: string): Change => ({
  path,
  before: file(before),
  after: file(after),
});
