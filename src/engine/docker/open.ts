/** A connection that can be given up. */
export interface Closable {
  destroy(): unknown;
}

/** Opens several connections at once, all or none: when one fails, those that open are closed again. */
export async function openAll<const T extends readonly Promise<Closable>[]>(
  opening: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(opening);
  } catch (error) {
    for (const one of opening) closeLater(one);
    throw error;
  }
}

/** Closes what may still be opening, whenever it is open. */
export function closeLater(opening: Promise<Closable | readonly Closable[]>): void {
  opening.then((opened) => closeAll([opened].flat())).catch(() => {});
}

/** Closes connections; closing one twice is fine. */
export function closeAll(open: readonly Closable[]): void {
  for (const one of open) one.destroy();
}
