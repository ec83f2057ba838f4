import { CancelledError } from '../errors.ts';

/** What a shell reports for a program that these ended. */
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Does something that must not be left half done. A signal meanwhile waits until it is done, is then answered by `undo`,
 * and CancelledError is thrown; a second one ends the program at once.
 */
export async function uninterrupted<T>(act: () => Promise<T>, undo: (result: T) => Promise<void>): Promise<T> {
  let code: number | undefined;
  const handlers = Object.entries(CODES).map(([signal, itsCode]) => {
    const handler = () => {
      if (code !== undefined) process.exit(code);
      code = itsCode;
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  try {
    const result = await act();
    if (code === undefined) return result;
    await undo(result);
  } catch (error) {
    if (code === undefined) throw error;
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  }
  throw new CancelledError(code);
}
