/** Characters that some file systems (HFS+) leave out when they compare names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** A name as the most lenient file system compares it, so that no other spelling of it gets by. */
export function fold(name: string): string {
  const isPlain = /^[ -~]*$/.test(name);
  return (isPlain ? name : name.replace(IGNORED, '').normalize('NFKC')).toLowerCase();
}
