import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { EnvFileMistake, parseEnvFile } from './envFile.ts';

/**
 * The variables of an env file. Throws UserError('config') unless it is a regular file, no link, of user `uid`, that
 * nobody else may read; its lines are never quoted.
 */
export async function readEnvFile(file: string, uid: number): Promise<Record<string, string>> {
  const text = await readPrivate(file, uid);
  try {
    return parseEnvFile(text);
  } catch (error) {
    if (!(error instanceof EnvFileMistake)) throw error;
    throw new UserError('config', `${file}:${error.line} ${error.message}`);
  }
}

async function readPrivate(file: string, uid: number): Promise<string> {
  const refuse = (what: string, next: readonly string[] = []) =>
    new UserError('config', `env_file ${file} ${what}`, { next });
  // O_NOFOLLOW: a link in a folder that a box writes could make us read another client's file; O_NONBLOCK: a pipe would hang.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') throw refuse('is a link', ['name the file that it points to']);
    if (error.code === 'ENOENT') throw refuse('is not there');
    throw refuse(`cannot be read: ${error.code}`);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw refuse('is not a file');
    if (stat.uid !== uid) throw refuse('belongs to another user', [`chown ${uid} ${file}`]);
    if ((stat.mode & 0o077) !== 0) throw refuse('can be read by others', [`chmod 600 ${file}`]);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
