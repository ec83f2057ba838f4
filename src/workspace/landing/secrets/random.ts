/** Words of examples: no generator of keys makes them, or hardly ever. */
const WORDS =
  /example|sample|placeholder|dummy|changeme|change_me|redact|your[_-]?|insert|replace|xxxx|\*\*\*|\.\.\.|foobar|deadbeef|abcdef|qwerty|lorem|notreal|not-real|not_a_|testtest|agentbox0placeholder|mysecret|my-secret|my_secret|asdf/i;

/** Bits that a character of this text carries, by how often each occurs. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/**
 * True for what a generator made, as far as one can tell: characters about as varied as chance has them, no word of an example,
 * not much in runs of one character or of neighbours.
 */
export function looksRandom(text: string, bits: number): boolean {
  return !WORDS.test(text) && !hasRuns(text) && entropy(text) >= Math.min(bits, Math.log2(text.length) * 0.8);
}

/** True where more than a quarter lies in runs: five or more of the same, six or more that each follow the one before (123456). */
function hasRuns(text: string): boolean {
  let inRuns = 0;
  for (const step of [0, 1, -1]) {
    let length = 1;
    for (let index = 1; index <= text.length; index++) {
      if (text.charCodeAt(index) - text.charCodeAt(index - 1) === step) length += 1;
      else {
        if (length >= (step === 0 ? 5 : 6)) inRuns += length;
        length = 1;
      }
    }
  }
  return inRuns * 4 > text.length;
}
