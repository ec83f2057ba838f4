/** `ok`: as it should be. `note`: works, and could be better. `problem`: something does not work until it is mended. */
export type Grade = 'ok' | 'note' | 'problem';

/** The parts of a machine that are looked at, in the order in which they are shown. */
export const AREAS = [
  'settings',
  'engine',
  'runtime',
  'limits',
  'kernel',
  'keychain',
  'disk',
  'network',
  'gateway',
  'images',
  'leftovers',
] as const;

/** One thing that the doctor found. */
export interface Finding {
  readonly area: (typeof AREAS)[number];
  readonly grade: Grade;
  readonly what: string;
  readonly why: string | undefined;
  /** What mends it: commands, or words where there is none. */
  readonly next: readonly string[];
}

/** A finding of an area; `why` and `next` where there is something to say. */
export function finding(
  area: Finding['area'],
  grade: Grade,
  what: string,
  more: { readonly why?: string | undefined; readonly next?: readonly string[] } = {},
): Finding {
  return { area, grade, what, why: more.why, next: more.next ?? [] };
}
