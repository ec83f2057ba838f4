import { CancelledError } from '../../../src/errors.ts';
import type { Questions } from '../../../src/init/questions.ts';

/** An answer: the words or value that are chosen, `enter` for what is marked, `ctrl-c`. */
export type Answer = string | boolean | readonly string[];

/** What was asked, for tests to look at. */
export interface Asked {
  readonly message: string;
  readonly values: readonly string[];
  readonly initial: unknown;
}

/** A person who answers by the beginning of a question; enter for what is not named. Throws for an answer that is not offered. */
export function scripted(answers: Readonly<Record<string, Answer>>): Questions & { readonly asked: readonly Asked[] } {
  const asked: Asked[] = [];
  const answer = <T>(message: string, values: readonly string[], initial: T): Answer | T => {
    asked.push({ message, values, initial });
    const key = Object.keys(answers).find((start) => message.startsWith(start));
    const given = key === undefined ? 'enter' : answers[key];
    if (given === 'ctrl-c') throw new CancelledError();
    return given === 'enter' || given === undefined ? initial : given;
  };
  const pick = <T extends string>(values: readonly T[], value: Answer): T => {
    const found = values.find((one) => one === value);
    if (found === undefined) throw new Error(`${String(value)} was not offered, but ${values.join(', ')}`);
    return found;
  };
  return {
    asked,
    async text({ message, initial, check }) {
      const line = String(answer(message, [], initial));
      const wrong = check(line);
      if (wrong !== undefined) throw new Error(`not taken: ${wrong}`);
      return line;
    },
    async one({ message, choices, initial }) {
      const values = choices.map(({ value }) => value);
      return pick(values, answer(message, values, initial));
    },
    async several({ message, choices, initial }) {
      const values = choices.map(({ value }) => value);
      const chosen = answer(message, values, initial);
      return (Array.isArray(chosen) ? chosen : [String(chosen)]).map((value: string) => pick(values, value));
    },
    async yes(message, initial) {
      return answer(message, [], initial) === true;
    },
  };
}
