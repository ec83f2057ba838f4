import { CancelledError } from '../errors.ts';
import type { Io } from '../ui/io.ts';
import type { Choice, Questions } from './questions.ts';

/** Asks at the terminal. */
export function terminalQuestions(io: Pick<Io, 'in' | 'err'>): Questions {
  const streams = { input: io.in, output: io.err };
  return {
    async text({ message, initial, check }) {
      const { text } = await import('@clack/prompts');
      const validate = (line: string | undefined) => check(line ?? '');
      return answered(await text({ message, initialValue: initial, validate, ...streams }));
    },
    async one({ message, choices, initial }) {
      const { select } = await import('@clack/prompts');
      return chosenOf(
        choices,
        answered(await select({ message, options: optionsOf(choices), initialValue: `${initial}`, ...streams })),
      );
    },
    async several({ message, choices, initial, needed }) {
      const { multiselect } = await import('@clack/prompts');
      const initialValues = initial.map((value) => `${value}`);
      const asked = multiselect({ message, options: optionsOf(choices), initialValues, required: needed, ...streams });
      return answered(await asked).map((value) => chosenOf(choices, value));
    },
    async yes(message, initial) {
      const { confirm } = await import('@clack/prompts');
      return answered(await confirm({ message, initialValue: initial, ...streams }));
    },
  };
}

const optionsOf = (choices: readonly Choice<string>[]) =>
  choices.map(({ value, label, hint }) => ({ value, label, ...(hint === undefined ? {} : { hint }) }));

function chosenOf<T extends string>(choices: readonly Choice<T>[], value: string): T {
  const found = choices.find((choice) => choice.value === value);
  if (found === undefined) throw new Error(`"${value}" was not among the answers`);
  return found.value;
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer === 'symbol') throw new CancelledError();
  return answer as Exclude<T, symbol>;
}
