import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Palette } from '../../ui/paint.ts';

/** What could move the cursor, hide a part of a text or turn it around, but for tabs. */
const HARMFUL = /[^\P{Cc}\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu;
const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** One line of a patch for a terminal: nothing in it acts on that. Pure. */
export function harmless(line: string): string {
  return line.replace(HARMFUL, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/**
 * Makes a patch fit for a terminal, line by line: harmless, and in colours of our own. What is a heading and what is content is
 * known by counting, as patch does, so that no content can look like a heading.
 */
export function terminalPatch({ red, green, bold, dim }: Pick<Palette, 'red' | 'green' | 'bold' | 'dim'>): Transform {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let before = 0;
  let after = 0;
  const painted = (line: string) => {
    const text = harmless(line.endsWith('\r') ? line.slice(0, -1) : line);
    const sign = text[0];
    if (before <= 0 && after <= 0) {
      const hunk = HUNK.exec(text);
      if (hunk === null) return /^(Binary files|\\| )/.test(text) ? text : bold(text);
      before = Number(hunk[1] ?? 1);
      after = Number(hunk[2] ?? 1);
      return dim(text);
    }
    if (sign === '\\') return text;
    if (sign !== '+') before -= 1;
    if (sign !== '-') after -= 1;
    if (sign === '+') return green(text);
    return sign === '-' ? red(text) : text;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      done(null, lines.map((line) => `${painted(line)}\n`).join(''));
    },
    flush(done) {
      rest += decoder.end();
      done(null, rest === '' ? '' : painted(rest));
    },
  });
}
