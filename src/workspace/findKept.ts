import type { KeptWorkspace } from './kept.ts';

/** The one workspace whose box was called `text`, or whose name ends with it after a dash; undefined for none or several. Pure. */
export function findKept(all: readonly KeptWorkspace[], text: string): KeptWorkspace | undefined {
  const exact = all.filter(({ box }) => box === text);
  const found = exact.length > 0 ? exact : all.filter(({ box }) => box.startsWith(text) || box.endsWith(`-${text}`));
  return found.length === 1 ? found[0] : undefined;
}
