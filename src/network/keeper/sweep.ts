import { isAlive } from '../../engine/alive.ts';
import type { BoxInfo, Engine } from '../../engine/engine.ts';
import { fromLabels, labelsOfClient } from '../../plan/labels.ts';
import { forgetBox, forgetExpired, type KeptState } from './keptState.ts';

/** Milliseconds that a box may take from being added to being there. */
const COMING = 2 * 60_000;

/** What a sweep needs of its keeper. */
export interface SweepDeps {
  readonly engine: Pick<Engine, 'boxes'>;
  readonly client: string;
  readonly data: string;
  readonly state: KeptState;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Knows which boxes are still there, also when no launcher says so. */
export interface Sweep {
  /** Forgets boxes that ended and rules whose time is up; gives what was forgotten. Throws when the engine does not answer. */
  look(): Promise<{ readonly boxes: readonly string[]; readonly rules: boolean }>;
  /** Whether the engine has a box of the client that may run. Throws when the engine does not answer. */
  anyAlive(): Promise<boolean>;
  /** The box is about to be made. */
  added(name: string): void;
}

/** The sweep of a client's keeper on one engine. */
export function sweep({ engine, client, data, state, now }: SweepDeps): Sweep {
  /** When a box that was not seen yet was added. */
  const coming = new Map<string, number>();
  const seen = new Set<string>();
  const known = () => engine.boxes(labelsOfClient(client, data));
  /** One that was only made does not run before somebody says so. */
  const mayRun = (box: BoxInfo) => isAlive(box) || (box.state === 'created' && !fromLabels(box.labels).waits);
  return {
    async look() {
      const before = [...state.boxes.keys()];
      const boxes = await known();
      const alive = new Set(boxes.filter(isAlive).map(({ name }) => name));
      const ended = before.filter((name) => {
        if (alive.has(name)) {
          seen.add(name);
          return false;
        }
        // One that is only created is being started, or its launcher was killed.
        if (boxes.some((box) => box.name === name && box.state === 'exited') || seen.has(name)) return true;
        const since = coming.get(name) ?? now();
        coming.set(name, since);
        return now() - since > COMING;
      });
      for (const name of ended) {
        forgetBox(state, name);
        coming.delete(name);
        seen.delete(name);
      }
      return { boxes: ended, rules: forgetExpired(state, now()) };
    },
    anyAlive: async () => (await known()).some(mayRun),
    added(name) {
      seen.delete(name);
      coming.set(name, now());
    },
  };
}
