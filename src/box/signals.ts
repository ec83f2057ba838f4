import type { Engine, RunningBox } from '../engine/engine.ts';

/** A box that this process watches. */
export interface Watched {
  readonly engine: Engine;
  readonly id: string;
  readonly running: RunningBox;
  /** Milliseconds after which the box is stopped. */
  readonly timeout?: number | undefined;
}

/** How watching ended: the agent's exit code (124 after the timeout), and whether the box was left running, with 0 by its keys. */
export type Ending = { readonly code: number; readonly left: boolean };

/** Exit code of a run that was stopped by `--timeout`, as timeout(1) has it. */
const TIMED_OUT = 124;
/** What a shell reports for a program that HUP ended. */
const HUNG_UP = 129;
const STOP_SECONDS = 10;

/**
 * Waits for the end of a box while this process gets signals: a closed terminal (HUP) and the keys for it leave the box running and end
 * the watching; INT, TERM and QUIT go to the box.
 */
export async function withSignals(watched: Watched): Promise<Ending> {
  const { engine, id, running } = watched;
  let timedOut = false;
  let signalled = false;
  const forward = (signal: NodeJS.Signals) => {
    signalled = true;
    // A box that has just ended cannot be signalled; its exit code is on its way.
    engine.signal(id, signal).catch(() => {});
  };
  let hangUp = () => {};
  const left = new Promise<Ending>((resolve) => {
    hangUp = () => {
      running.detach();
      resolve({ code: HUNG_UP, left: true });
    };
    void running.left?.then(() => {
      // A signal to the whole process group may have ended the engine's own command, which looks the same.
      if (signalled) return;
      running.detach();
      resolve({ code: 0, left: true });
    });
  });
  const timer =
    watched.timeout === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          engine.stop(id, STOP_SECONDS).catch(() => {});
        }, watched.timeout);
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGQUIT'];
  for (const signal of signals) process.on(signal, forward);
  process.on('SIGHUP', hangUp);
  try {
    const ended = running.exit.then((code) => ({ code: timedOut ? TIMED_OUT : code, left: false }));
    return await Promise.race([ended, left]);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, forward);
    process.off('SIGHUP', hangUp);
  }
}
