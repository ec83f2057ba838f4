import { join } from 'node:path';
import { readPlainFile } from './plainFile.ts';

/** Larger than any settings file of an agent that was ever seen. */
const LIMIT = 16 * 1024 * 1024;

/**
 * A file at the top of an agent's state directory on the host, undefined when there is none. Boxes write there, so no link
 * is followed; throws UserError('state') for what is no plain file.
 */
export function readStateFile(stateDir: string, file: string): string | undefined {
  // A directory on the way could be a link that a box made.
  if (file.includes('/')) throw new Error(`${file} is not at the top of the state directory`);
  return readPlainFile(join(stateDir, file), LIMIT)?.text;
}
