import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { plain } from '../../ui/plain.ts';
import { harmless } from './patchText.ts';

/** Bytes of a file, and names of a folder, that are shown. */
const LARGEST = 256 * 1024;
const NAMES = 200;

/** What something that was moved aside is, line by line: nothing in it acts on a terminal, and no link is followed. */
export async function asideText(place: string): Promise<readonly string[]> {
  const entry = await lstat(place);
  if (entry.isSymbolicLink()) return [`  a link to ${plain(await readlink(place))}`];
  if (entry.isDirectory()) return folderLines(place);
  if (!entry.isFile()) return ['  no plain file'];
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(LARGEST), 0, LARGEST, 0);
    const bytes = buffer.subarray(0, bytesRead);
    if (bytes.includes(0)) return [`  ${entry.size} bytes that are no text`];
    const lines = bytes.toString('utf8').replace(/\n$/, '').split('\n');
    const rest = entry.size > LARGEST ? [`  and ${entry.size - LARGEST} bytes more`] : [];
    return [...lines.map((line) => `+${harmless(line)}`), ...rest];
  } finally {
    await handle.close();
  }
}

async function folderLines(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { withFileTypes: true, recursive: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(place.length + 1))
    .sort();
  const rest = names.length > NAMES ? [`  and ${names.length - NAMES} more`] : [];
  return [...names.slice(0, NAMES).map((name) => `  ${plain(name)}`), ...rest];
}
