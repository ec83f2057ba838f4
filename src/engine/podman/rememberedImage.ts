import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeState } from '../../state/writeFile.ts';
import type { ImageInfo } from '../engine.ts';

type Kept = { readonly key: string; readonly images: Readonly<Record<string, ImageInfo>> };

/**
 * An image that podman has, remembered until podman's list of images changes: asking podman takes a sixth of what a whole
 * box does. `dir` is where to remember, `imageList` podman's own file. Without either, podman is asked.
 */
export async function rememberedImage(
  ref: string,
  { dir, imageList }: { readonly dir: string | undefined; readonly imageList: string | undefined },
  ask: () => Promise<ImageInfo | undefined>,
): Promise<ImageInfo | undefined> {
  const key = imageList === undefined ? undefined : await keyOf(imageList);
  if (dir === undefined || key === undefined) return ask();
  const file = join(dir, 'podman-images.json');
  const kept = await read(file, key);
  const known = kept.images[ref];
  if (known !== undefined) return known;
  const info = await ask();
  // A list that changed meanwhile may not be the one that podman answered from.
  if (info !== undefined && (await keyOf(imageList ?? '')) === key) {
    const text = JSON.stringify({ key, images: { ...kept.images, [ref]: info } });
    await writeState(file, `${text}\n`).catch(() => undefined);
  }
  return info;
}

async function keyOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found === undefined ? undefined : [file, found.ino, found.size, found.mtimeNs].join(' ');
}

async function read(file: string, key: string): Promise<Kept> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Kept;
    if (kept.key === key) return kept;
  } catch {
    // None, or a broken one: podman is asked.
  }
  return { key, images: {} };
}
