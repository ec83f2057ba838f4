import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { plain } from '../ui/plain.ts';
import { joinBashWords } from './bashWords.ts';
import { complete } from './complete.ts';
import { namesHere } from './names.ts';

/**
 * Answers a TAB: a line that says whether paths fit as well (none, files, dirs), then a candidate a line, with a tab and what it
 * is. `words` are those after the program's name up to the cursor. Ends the program, since an engine may still be asked.
 */
export async function answerTab(
  context: Context,
  program: Command,
  shell: string,
  words: readonly string[],
): Promise<void> {
  const { words: whole, cut } = shell === 'bash' ? joinBashWords(words) : { words, cut: 0 };
  const { candidates, paths } = await complete(program, whole, namesHere(context));
  const lines = candidates.map(({ value, note }) => `${value.slice(cut)}\t${plain(note)}`);
  context.io.out.write([paths, ...lines, ''].join('\n'), () => process.exit(0));
}
