import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { openInside } from '../../state/openInside.ts';
import { plain } from '../../ui/plain.ts';

/** What it is called, at the top of a project. */
export const PROJECT_FILE = '.agentbox.yaml';

/** What to do about one that cannot be used. */
export const REMEDY: readonly string[] = ['mend or remove it', 'agentbox run --no-project-file …, to go without it'];

/** A project file as it was read once. */
export interface ProjectFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  /** Of its bytes. */
  readonly sha256: string;
}

/** Bytes; larger than anybody writes by hand. */
const LIMIT = 64 * 1024;

/**
 * Reads the project file of a project (a real path); undefined when it has none. A box may be writing there, so no link is
 * followed and no more than the limit is read. Throws UserError for one that cannot be read.
 */
export async function readProjectFile(project: string): Promise<ProjectFile | undefined> {
  const path = join(project, PROJECT_FILE);
  const handle = await openInside(project, path, false).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.trouble, error.message, { why: `${error.why}`, next: REMEDY, cause: error });
  });
  if (handle === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(LIMIT + 1);
    const { bytesRead } = await handle.read(buffer, 0, LIMIT + 1, 0);
    if (bytesRead > LIMIT) throw refused(path, `it has more than ${LIMIT} bytes`);
    const content = buffer.subarray(0, bytesRead);
    if (!isUtf8(content)) throw refused(path, 'it is not UTF-8');
    return { path, text: content.toString(), sha256: createHash('sha256').update(content).digest('hex') };
  } finally {
    await handle.close();
  }
}

/** True when something of that name is there, whatever it is. */
export async function hasProjectFile(project: string): Promise<boolean> {
  return lstat(join(project, PROJECT_FILE)).then(
    () => true,
    () => false,
  );
}

function refused(path: string, why: string): UserError {
  return new UserError('refused', `${plain(path)} is not read`, { why, next: REMEDY });
}
