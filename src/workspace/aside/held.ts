import { constants, existsSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir } from 'node:fs/promises';

/** A folder that is held open, so that it stays the same whatever a box renames meanwhile. */
export interface Held {
  readonly handle: FileHandle;
  /** A path by which what is in it is reached. */
  readonly path: string;
}

/** Linux has names for what is open; elsewhere a box is paused or gone while its files are moved. */
const DESCRIPTORS = '/proc/self/fd';

/** Opens a folder without following a link in its place; whoever asked closes it. Throws ENOTDIR or ELOOP for anything else. */
export async function hold(path: string): Promise<Held> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  return { handle, path: existsSync(DESCRIPTORS) ? `${DESCRIPTORS}/${handle.fd}` : path };
}

/** Opens a folder below `root`, part by part, so that no link on the way is followed. `make` makes what is missing. */
export async function holdBelow(
  root: string,
  parts: readonly string[],
  make?: (path: string) => Promise<void>,
): Promise<Held> {
  let held = await hold(root);
  for (const part of parts) {
    const { handle, path } = held;
    try {
      if (make !== undefined && (await isAbsent(`${path}/${part}`))) {
        await mkdir(`${path}/${part}`, { mode: 0o755 });
        await make(`${path}/${part}`);
      }
      held = await hold(`${path}/${part}`);
    } finally {
      await handle.close();
    }
  }
  return held;
}

async function isAbsent(path: string): Promise<boolean> {
  return lstat(path).then(
    () => false,
    () => true,
  );
}

/** The path of a name in a folder, in its bytes where they are no text. */
export async function pathOf({ path }: Held, name: string): Promise<string | Buffer> {
  if (!name.includes('\ufffd')) return `${path}/${name}`;
  const names = await readdir(path, { encoding: 'buffer' });
  const raw = names.find((bytes) => bytes.toString() === name) ?? Buffer.from(name);
  return Buffer.concat([Buffer.from(`${path}/`), raw]);
}
