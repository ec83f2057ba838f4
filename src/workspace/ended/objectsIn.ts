/** An object of git. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
}

/** Reads what `git cat-file --batch` prints; what is not there is left out. */
export function objectsIn(bytes: Buffer): readonly GitObject[] {
  const objects: GitObject[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf('\n', at);
    if (end < 0) break;
    const [id = '', type = '', size = ''] = bytes.subarray(at, end).toString().split(' ');
    at = end + 1;
    if (!/^\d+$/.test(size)) continue;
    objects.push({ id, type, content: bytes.subarray(at, at + Number(size)) });
    at += Number(size) + 1;
  }
  return objects;
}
