/** Words as bash cuts them, at every `=` and `:`, made whole again; `cut` characters of the last one are not bash's to replace. */
export interface Joined {
  readonly words: readonly string[];
  readonly cut: number;
}

/** Joins what bash cut. Pure. */
export function joinBashWords(words: readonly string[]): Joined {
  const joined: string[] = [];
  let cut = 0;
  let open = false;
  for (const word of words) {
    const isBreak = word === '=' || word === ':';
    const before = joined.at(-1);
    if (before !== undefined && (open || isBreak)) {
      joined[joined.length - 1] = before + word;
      cut = isBreak ? before.length + word.length : before.length;
    } else {
      joined.push(word);
      cut = 0;
    }
    open = isBreak && before !== undefined;
  }
  return { words: joined, cut };
}
