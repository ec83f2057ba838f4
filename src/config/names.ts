import { distance } from 'fastest-levenshtein';

/** The client that always exists. */
export const DEFAULT_CLIENT = 'default';

/** What a client may be called: it names directories, labels and volumes. */
export const CLIENT_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/;

/** The name that was most likely meant, or undefined when none is near. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const far = Math.max(2, Math.floor(word.length / 3));
  const near = [...names]
    .map((name) => ({ name, away: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, away }) => away <= far && away < name.length)
    // Of equally near ones that with the same letters: they were only typed in another order.
    .sort((a, b) => a.away - b.away || Number(sameLetters(b.name, word)) - Number(sameLetters(a.name, word)));
  return near[0]?.name;
}

const sameLetters = (a: string, b: string) => [...a].sort().join('') === [...b.toLowerCase()].sort().join('');

/** ` (did you mean X?)` when a name is near, else ` (A, B or C)`: the end of a sentence about a wrong name. */
export function suggestion(word: string, names: Iterable<string>): string {
  const all = [...names];
  const near = nearest(word, all);
  if (near !== undefined) return `did you mean ${near}?`;
  return `known: ${all.join(', ')}`;
}
