import { createHash } from 'node:crypto';
import { type FileHandle, lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { openInside } from '../state/openInside.ts';
import { type ContextEntry, packContext } from './context.ts';
import type { UserBuild } from './userImage.ts';

/** Bytes and entries that a build context may have. */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_ENTRIES = 50_000;

/** A file or link of a build context. */
interface Found {
  readonly name: string;
  readonly mode: number;
  readonly link: boolean;
  /** Differs when the file may have changed: size, times, inode. */
  readonly state: string;
  /** When it last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** The files and links of a context that its .dockerignore leaves, by name. Throws UserError('image') for one that is too large. */
export async function filesIn(context: string): Promise<readonly Found[]> {
  const rules = await rulesIn(join(context, '.dockerignore'));
  const { default: ignore } = await import('@balena/dockerignore');
  const ignored = ignore({ ignorecase: false }).add(rules);
  // A rule such as !dist/keep may bring back what is inside an ignored directory.
  const mayReturn = /^\s*!/m.test(rules);
  const found: Found[] = [];
  let bytes = 0;
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(context, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const out = ignored.ignores(name);
      if (entry.isDirectory()) {
        if (!out || mayReturn) await walk(name);
      } else if (!out && (entry.isFile() || entry.isSymbolicLink())) {
        const { mode, size, ino, mtimeNs, ctimeNs, ctimeMs } = await lstat(join(context, name), { bigint: true });
        bytes += Number(size);
        const state = [mode, size, ino, mtimeNs, ctimeNs].join(' ');
        found.push({ name, mode: Number(mode) & 0o777, link: entry.isSymbolicLink(), state, changed: Number(ctimeMs) });
        if (bytes > MOST_BYTES || found.length > MOST_ENTRIES) throw tooLarge(context);
      }
    }
  };
  await walk('').catch((error: NodeJS.ErrnoException) => {
    if (error.code === undefined) throw error;
    throw new UserError('image', `cannot read the build context ${context}`, { why: error.message });
  });
  return found;
}

/** Not read through a link, nor from what never ends. */
async function rulesIn(file: string): Promise<string> {
  const isFile = await lstat(file)
    .then((found) => found.isFile())
    .catch(() => false);
  return isFile ? readFile(file, 'utf8') : '';
}

/** A hash of the content of a context: it changes with any name, mode, link or byte that a build could see. */
export async function contextHash(
  build: Pick<UserBuild, 'context' | 'root'>,
  files: readonly Found[],
): Promise<string> {
  const hash = createHash('sha256');
  const root = await rootOf(build);
  for (const { name, mode, link } of files) {
    const path = join(build.context, name);
    hash.update(JSON.stringify([name, link ? await readlink(path) : mode]));
    if (!link) hash.update(await reading(root, path, fileHash));
  }
  return hash.digest('hex');
}

async function fileHash(handle: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const rootOf = ({ context, root }: Pick<UserBuild, 'context' | 'root'>) => realpath(root ?? context);

/** A box may be changing the folder meanwhile, so each file is proven to lie in it. */
async function reading<T>(root: string, path: string, read: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await openInside(root, path);
  if (handle === undefined)
    throw new UserError('image', `${path} went away while it was read`, { next: ['try again'] });
  try {
    return await read(handle);
  } finally {
    await handle.close();
  }
}

/** The context of a user's build as a tar archive, with its Dockerfile at the top whatever its file is called. */
export async function userContext(build: UserBuild): Promise<Buffer> {
  const { context, dockerfile } = build;
  const root = await rootOf(build);
  const top: ContextEntry = { name: 'Dockerfile', mode: 0o644, body: Buffer.from(dockerfile) };
  const entries: ContextEntry[] = [top];
  for (const { name, mode, link } of await filesIn(context)) {
    if (name === top.name) continue;
    const path = join(context, name);
    if (link) entries.push({ name, mode, linkname: await readlink(path) });
    else entries.push({ name, mode, body: await reading(root, path, (handle) => handle.readFile()) });
  }
  return packContext(entries);
}

function tooLarge(context: string): UserError {
  return new UserError('image', `the build context ${context} is too large`, {
    why: `it has more than ${MOST_BYTES / 1024 / 1024} MB or ${MOST_ENTRIES} files, and all of it would be sent to the engine`,
    next: ['name what the build does not need in a .dockerignore there', 'or give the Dockerfile a folder of its own'],
  });
}
