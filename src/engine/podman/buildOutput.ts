import type { BuildProgress } from '../engine.ts';

/** Reads the output of `podman build` line by line. */
export interface BuildOutput {
  readonly line: (line: string) => void;
  /** The build is over; `built` tells how the last step went. */
  readonly end: (built: boolean) => void;
  /** The last lines of the last step, for an error. */
  readonly tail: (lines: number) => string;
}

const STEP = /^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: /;
const CACHED = /^--> Using cache /;
const DONE = /^-->/;
const AFTER = /^(?:COMMIT |Successfully tagged |[0-9a-f]{64}$)/;

/** Turns podman's lines into progress: a step begins, is taken from the cache, is done or fails, and what it prints. */
export function buildOutput(onProgress: (progress: BuildProgress) => void): BuildOutput {
  let step: string | undefined;
  let printed: string[] = [];
  const finish = (state: 'done' | 'cached' | 'failed') => {
    if (step !== undefined) onProgress({ kind: 'step', step, state });
    step = undefined;
  };
  return {
    line(line) {
      if (STEP.test(line)) {
        finish('done');
        step = line;
        printed = [line];
        onProgress({ kind: 'step', step, state: 'started' });
      } else if (CACHED.test(line)) finish('cached');
      else if (DONE.test(line)) finish('done');
      else if (!AFTER.test(line)) {
        printed.push(line);
        if (step !== undefined) onProgress({ kind: 'output', step, text: line });
      }
    },
    end: (built) => finish(built ? 'done' : 'failed'),
    tail: (lines) => printed.slice(-lines).join('\n'),
  };
}
