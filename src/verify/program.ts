import { loadAssets } from '../image/assets.ts';

/** The program that attacks a box: the parts in images/verify, in their order. */
export async function attackProgram(): Promise<string> {
  const parts = Object.entries(await loadAssets()).filter(([path]) => path.startsWith('verify/'));
  if (parts.length === 0) throw new Error('images/ has no folder verify');
  return parts
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([, { content }]) => content)
    .join('');
}
