import { type Document, isAlias, isMap, isNode, isScalar, isSeq } from 'yaml';

/** The offset in the text of the value at `path`, or of its key; of the nearest thing around it when it is not there. */
export function locate(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part));
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  const isEmpty = isScalar(node) && node.value === null;
  return !atKey && !isEmpty && isNode(node) ? (node.range?.[0] ?? offset) : offset;
}
