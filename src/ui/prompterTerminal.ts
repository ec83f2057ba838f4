import { CancelledError, UsageError } from '../errors.ts';
import type { Io } from './io.ts';
import type { Prompter } from './prompter.ts';

/** Asks at the terminal; where there is none, throws UsageError naming the flag that answers. */
export function terminalPrompter(io: Io): Prompter {
  return {
    async confirm(question, flag) {
      if (!io.inIsTerminal || !io.errIsTerminal) {
        throw new UsageError(`there is no terminal to ask: ${question}`, [`add ${flag}`]);
      }
      const { confirm, isCancel } = await import('@clack/prompts');
      const answer = await confirm({ message: question, initialValue: false, input: io.in, output: io.err });
      if (isCancel(answer)) throw new CancelledError();
      return answer;
    },
  };
}
