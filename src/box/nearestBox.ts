import { nearest } from '../config/names.ts';

/** The name of the box that was most likely meant by a word that names none, by its parts; undefined when none is near. Pure. */
export function nearestBox(word: string, names: readonly string[]): string | undefined {
  const whole = nearest(word, names);
  if (whole !== undefined) return whole;
  // agentbox-<client>-<project>-<agent>-<four digits>
  const parts = names.map((name) => ({ name, parts: name.split('-').slice(1) }));
  const near = nearest(
    word,
    parts.flatMap((one) => one.parts),
  );
  const named = parts.filter((one) => near !== undefined && one.parts.includes(near));
  return named.length === 1 ? named[0]?.name : undefined;
}
