import { PassThrough } from 'node:stream';
import type { TestContext } from 'vitest';
import type { Streams } from '../../../src/engine/engine.ts';
import { UserError } from '../../../src/errors.ts';
import { collect } from './boxes.ts';
import type { TestEngine } from './engines.ts';

/** A terminal without a screen: what is typed, what is shown, and whether it is raw. */
export function standInTerminal() {
  const keys = new PassThrough();
  const screen = collect();
  const state = { raw: false, resize: () => {}, size: { rows: 31, columns: 97 } };
  const streams: Streams = {
    stdin: keys,
    stdout: screen.stream,
    stderr: screen.stream,
    terminal: {
      raw() {
        state.raw = true;
        return () => {
          state.raw = false;
        };
      },
      size: () => state.size,
      onResize(callback) {
        state.resize = callback;
        return () => {
          state.resize = () => {};
        };
      },
    },
  };
  return { streams, state, type: (text: string) => keys.write(text), shown: screen.text };
}

/** The error for people that `work` ends with; throws when it ends otherwise. */
export async function troubleOf(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error('no UserError', { cause: error });
  return error;
}

/** Skips the rest of a test, with the reason, where the engine has no such runtime; throws where tests must have it. */
export async function needRuntime({ engine }: TestEngine, name: string, context: TestContext): Promise<void> {
  if ((await engine.facts()).runtimes.includes(name)) return;
  const why = `docker has no runtime ${name} to test with`;
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(why);
  console.warn(`skipped: ${why}`);
  context.skip(why);
}
