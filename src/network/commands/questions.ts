import { plain } from '../../ui/plain.ts';
import { HOLD_LIMIT } from '../protocol.ts';
import { CHOICES, type Choice, covers, type HeldRequest } from './answers.ts';
import { refusalWords } from './words.ts';

/** What questions do with the outside. */
export interface QuestionDeps {
  readonly say: (line: string) => void;
  /** Gives an answer to these requests; rejects when it does not count. */
  readonly answer: (choice: Choice, waiting: readonly HeldRequest[]) => Promise<void>;
}

/** The requests that wait for a key, asked one after another. */
export interface Questions {
  held(request: HeldRequest): void;
  /** Somebody else answered, or its time was up. */
  settled(held: string): void;
  key(key: string): Promise<void>;
  /** Nothing waits any more. */
  clear(): void;
}

/** Nothing waits yet. */
export function questions({ say, answer }: QuestionDeps): Questions {
  let waiting: readonly HeldRequest[] = [];
  let asked: string | undefined;
  const timers = new Map<string, NodeJS.Timeout>();

  const drop = (gone: (request: HeldRequest) => boolean) => {
    for (const request of waiting.filter(gone)) {
      clearTimeout(timers.get(request.held));
      timers.delete(request.held);
    }
    waiting = waiting.filter((request) => !gone(request));
  };
  const askNext = () => {
    const [next] = waiting;
    if (next === undefined || next.held === asked) return;
    asked = next.held;
    const { box, host, port, reason } = next.decision;
    say(`${plain(box)} wants ${plain(host)}:${port}: ${refusalWords(plain(reason ?? 'denied'))}`);
    say(`  ${CHOICES.map(({ label }) => label).join('  ')}`);
  };

  return {
    held(request) {
      waiting = [...waiting, request];
      const late = () => {
        drop(({ held }) => held === request.held);
        say(`too late, it was refused: ${plain(request.decision.host)}:${request.decision.port}`);
        askNext();
      };
      timers.set(request.held, setTimeout(late, HOLD_LIMIT));
      askNext();
    },
    settled(held) {
      drop((request) => request.held === held);
      askNext();
    },
    async key(key) {
      const [current] = waiting;
      if (current === undefined) return;
      const choice = CHOICES.find((one) => one.key === key.toLowerCase());
      if (choice === undefined) return;
      const all = [current, ...waiting.filter((one) => one !== current && covers(choice, current, one))];
      drop((one) => all.includes(one));
      const { host, port } = current.decision;
      try {
        await answer(choice, all);
        say(`  ${choice.done}: ${plain(host)}:${port}`);
      } catch (error) {
        say(`  this does not count: ${error instanceof Error ? error.message : error}`);
      }
      askNext();
    },
    clear() {
      drop(() => true);
      asked = undefined;
    },
  };
}
