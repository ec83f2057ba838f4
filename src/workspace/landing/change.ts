/** One path of the project as it is and as it would be. Plain data; `before` or `after` is missing where there is no such file. */
export interface Change {
  /** Relative to the project, with `/` between its parts. */
  readonly path: string;
  readonly before?: FileState | undefined;
  readonly after?: FileState | undefined;
}

/** A file as git knows it. */
export interface FileState {
  readonly mode: FileMode;
  /** Its bytes; of a symbolic link its target, of a submodule nothing. Missing as well where it was too large to be read. */
  readonly content?: Uint8Array | undefined;
}

/** A file, one that may be run, a symbolic link, a submodule. */
export type FileMode = '100644' | '100755' | '120000' | '160000';

/** `refuse` never lands; `ask` needs a yes of its own; `note` is told. */
export type Level = 'refuse' | 'ask' | 'note';

/** Why somebody should look at a change before it lands. */
export interface Risk {
  readonly rule: string;
  readonly level: Level;
  readonly path: string;
  /** A sentence without its end, for people. */
  readonly reason: string;
}

/** A risk of a change whose path is known anyway. */
export type Mark = Omit<Risk, 'path'>;

/** The text of a file that is one; undefined for what has none or was not read. */
export function textOf(state: FileState | undefined): string | undefined {
  if (state?.content === undefined || state.mode === '120000' || state.mode === '160000') return undefined;
  return Buffer.from(state.content.buffer, state.content.byteOffset, state.content.byteLength).toString('utf8');
}

/** True for a file that would be there and is none that was there before with these bytes. */
export function hasNewContent({ before, after }: Change): boolean {
  if (after === undefined) return false;
  if (before?.content === undefined || after.content === undefined) return true;
  return Buffer.compare(before.content, after.content) !== 0;
}
