/** What HFS+ leaves out when it compares names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Names of which the bare one is but in lower case; nearly all. */
const USUAL = /^[ -9;-~]*[!-\-/-9;-~]$/;

/**
 * A part of a path as the most lenient file systems read it: in lower case and one Unicode form, without what HFS+ ignores,
 * and without the ends that NTFS cuts off (a stream, dots, spaces). Two names with the same bare name may be the same file.
 */
export function bareName(part: string): string {
  if (USUAL.test(part)) return part.toLowerCase();
  const folded = part.replace(IGNORED, '').normalize('NFKC').toLowerCase();
  const stream = folded.indexOf(':');
  return (stream > 0 ? folded.slice(0, stream) : folded).replace(/(?<![. ])[. ]+$/, '');
}

/** The parts of a path, each as its bare name. */
export function bareParts(path: string): readonly string[] {
  return path.split('/').map(bareName);
}

/** True for `.git` in any spelling that some file system takes for it, its short name on NTFS included. */
export function isDotGit(part: string): boolean {
  const bare = bareName(part);
  return bare === '.git' || /^git~\d{1,3}$/.test(bare);
}
