import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { UserError } from '../errors.ts';

/** The text of a regular file and its permission bits. */
export interface PlainFile {
  readonly text: string;
  readonly mode: number;
}

/**
 * A regular file of at most `limit` bytes; undefined when there is none. Never follows a link at its end and never waits
 * on a pipe, for a box may have put them there. Throws UserError('state') for anything else.
 */
export function readPlainFile(path: string, limit: number): PlainFile | undefined {
  const refuse = (why: string, cause?: unknown) =>
    new UserError('state', `cannot read ${path}`, { why, cause, next: [`ls -l ${path}`] });
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP') throw refuse('it is a link, and agentbox does not follow links here');
    throw refuse(code === 'EACCES' ? 'permission denied' : String(code), error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw refuse('it is not a file');
    if (stat.size > limit) throw refuse(`it is larger than ${limit} bytes`);
    return { text: readFileSync(descriptor, 'utf8'), mode: stat.mode & 0o777 };
  } finally {
    closeSync(descriptor);
  }
}
