import { spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder on a disk that does not tell `.git` from `.GIT`. */
export interface FoldingFolder {
  readonly path: string;
  close(): void;
}

/** Makes one in `dir`, where root calls and the kernel can do it; else tells why not. */
export function foldingFolder(dir: string): FoldingFolder | { readonly missing: string } {
  if (process.getuid?.() !== 0) return { missing: 'only root mounts a disk' };
  const [disk, mount] = [join(dir, 'folding.img'), join(dir, 'folding')];
  const path = join(mount, 'work');
  mkdirSync(mount);
  writeFileSync(disk, '');
  truncateSync(disk, 64 * 1024 * 1024);
  const run = (argv: readonly string[]) => {
    const ended = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8', timeout: 30_000 });
    return ended.status === 0
      ? undefined
      : `${argv[0]}: ${ended.stderr?.trim().split('\n')[0] ?? ended.error?.message}`;
  };
  const close = () => void run(['umount', mount]);
  const made = run(['mkfs.ext4', '-q', '-O', 'casefold', disk]) ?? run(['mount', '-o', 'loop', disk, mount]);
  if (made !== undefined) return { missing: made };
  mkdirSync(path);
  const folds = run(['chattr', '+F', path]);
  if (folds === undefined) return { path, close };
  close();
  return { missing: folds };
}
