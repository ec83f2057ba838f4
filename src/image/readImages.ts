import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Assets } from './assets.ts';

/** Every file below `root` by its path in it; modes are 0o755 or 0o644 whatever the umask of the checkout was. */
export function readImages(root: string): Assets {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  return Object.fromEntries(
    files.map((path) => {
      const file = join(root, path);
      const mode = statSync(file).mode & 0o100 ? 0o755 : 0o644;
      return [path, { content: readFileSync(file, 'utf8'), mode }];
    }),
  );
}
