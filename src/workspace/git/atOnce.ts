/** What `act` makes of each item, in their order, `count` of them at a time: as many files may be open meanwhile. */
export async function atOnce<T, R>(items: readonly T[], count: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (let from = 0; from < items.length; from += count) {
    made.push(...(await Promise.all(items.slice(from, from + count).map(act))));
  }
  return made;
}
