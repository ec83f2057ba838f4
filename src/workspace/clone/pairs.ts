/** Reads what the programs of clones print: pairs of a name and a value, each ended by NUL. A last one that is cut off is left out. Pure. */
export function parsePairs(text: string): readonly (readonly [name: string, value: string])[] {
  const parts = text.split('\0').slice(0, -1);
  const count = Math.floor(parts.length / 2);
  return Array.from({ length: count }, (_, index) => [parts[2 * index] ?? '', parts[2 * index + 1] ?? ''] as const);
}
