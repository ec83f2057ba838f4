const UNITS = ['', 'k', 'm', 'g', 't'] as const;

/** What a size looks like: `4g`, `512m`, `1.5GiB` or plain bytes. */
export const SIZE = /^(\d+(?:\.\d+)?)([kmgtKMGT]?)(?:[iI]?[bB])?$/;

/** Bytes of `4g`, `512m`, `1.5g` or plain bytes, in steps of 1024; undefined when it is no size of at least a byte. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  const power = UNITS.indexOf((match[2] ?? '').toLowerCase() as (typeof UNITS)[number]);
  const bytes = Math.floor(Number(match[1]) * 1024 ** power);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest text that parseSize reads back to the same number of bytes: `4g`, `1536m`, `1000`. */
export function formatSize(bytes: number): string {
  let power = 0;
  let count = bytes;
  while (power < UNITS.length - 1 && count >= 1024 && count % 1024 === 0) {
    count /= 1024;
    power += 1;
  }
  return `${count}${UNITS[power]}`;
}
