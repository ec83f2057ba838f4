import { CancelledError, UsageError } from '../errors.ts';
import type { Io } from './io.ts';
import type { Prompter } from './prompter.ts';

/** Asks at the terminal; where there is none, throws UsageError naming the flag that answers. */
export function terminalPrompter(io: Io): Prompter {
  const needTerminal = (question: string, instead: string) => {
    if (io.inIsTerminal && io.errIsTerminal) return;
    throw new UsageError(`there is no terminal to ask: ${question}`, [instead]);
  };
  return {
    async confirm(question, flag) {
      needTerminal(question, `add ${flag}`);
      const { confirm, isCancel } = await import('@clack/prompts');
      const answer = await confirm({ message: question, initialValue: false, input: io.in, output: io.err });
      if (isCancel(answer)) throw new CancelledError();
      return answer;
    },
    async secret(question, instead) {
      needTerminal(question, instead);
      const { isCancel, password } = await import('@clack/prompts');
      // No mask: how long it is is nobody's business either.
      const answer = await password({ message: question, mask: '', input: io.in, output: io.err });
      if (isCancel(answer)) throw new CancelledError();
      return answer;
    },
  };
}
