import { packTar } from 'modern-tar';
import type { ImageSpec } from '../plan/spec.ts';
import { type Assets, folderOf } from './assets.ts';

/** The same bytes for the same files, so that engines find their caches again. */
const MTIME = new Date(0);

/** The build context of an image as a tar archive: its folder and its extra files. */
export async function buildContext(spec: ImageSpec, assets: Assets): Promise<Buffer> {
  const extra = Object.entries(spec.files).map(([path, content]) => [path, { content, mode: 0o644 }] as const);
  const files = [...Object.entries(folderOf(assets, spec.folder)), ...extra];
  const entries = files.map(([name, { content, mode }]) => {
    const body = Buffer.from(content);
    return { header: { name, mode, size: body.length, mtime: MTIME, uid: 0, gid: 0, type: 'file' as const }, body };
  });
  return Buffer.from(await packTar(entries));
}
