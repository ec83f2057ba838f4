import { createHash } from 'node:crypto';
import type { Assets } from './assets.ts';

/** Everything that decides what an image is. Proxies and registries are ways to it, not parts of it. */
export interface Ingredients {
  readonly folder: string;
  readonly assets: Assets;
  readonly from: string;
  readonly args: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** The key of an image: 16 hex digits that change when, and only when, an ingredient does. */
export function keyOf({ folder, assets, from, args, files }: Ingredients): string {
  const text = JSON.stringify([
    folder,
    from,
    sorted(args),
    sorted(files),
    sorted(assets).map(([path, { content, mode }]) => [path, mode, content]),
  ]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The tag of an image: `agentbox/claude:0123456789abcdef`. */
export function tagOf(ingredients: Ingredients): string {
  return `agentbox/${ingredients.folder}:${keyOf(ingredients)}`;
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
