import { packTar } from 'modern-tar';
import type { ImageSpec } from '../plan/spec.ts';
import { type Assets, folderOf } from './assets.ts';
import { MARK_DERIVED } from './ours.ts';

/** The same bytes for the same files, so that engines find their caches again. */
const MTIME = new Date(0);

/** One entry of a build context. */
export type ContextEntry = { readonly name: string; readonly mode: number } & (
  | { readonly body: Buffer }
  | { readonly linkname: string }
);

/** The build context of an image as a tar archive: its folder and its extra files. */
export async function buildContext(spec: ImageSpec, assets: Assets): Promise<Buffer> {
  const extra = Object.entries(spec.files).map(([path, content]) => [path, { content, mode: 0o644 }] as const);
  const files = Object.entries({ ...folderOf(assets, spec.folder), ...Object.fromEntries(extra) });
  const textOf = (name: string, content: string) => (name === 'Dockerfile' ? `${content}\n${MARK_DERIVED}\n` : content);
  return packContext(
    files.map(([name, { content, mode }]) => ({ name, mode, body: Buffer.from(textOf(name, content)) })),
  );
}

/** A build context of these entries as a tar archive; all of it is root's. */
export async function packContext(entries: readonly ContextEntry[]): Promise<Buffer> {
  const own = { mtime: MTIME, uid: 0, gid: 0 };
  const packed = entries.map((entry) => {
    const { name, mode } = entry;
    if ('linkname' in entry) {
      return { header: { ...own, name, mode, size: 0, type: 'symlink' as const, linkname: entry.linkname } };
    }
    return { header: { ...own, name, mode, size: entry.body.length, type: 'file' as const }, body: entry.body };
  });
  return Buffer.from(await packTar(packed));
}
