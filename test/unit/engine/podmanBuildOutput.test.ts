import { describe, expect, it } from 'vitest';
import type { BuildProgress } from '../../../src/engine/engine.ts';
import { buildOutput } from '../../../src/engine/podman/buildOutput.ts';

function read(text: string, built: boolean): { told: string[]; tail: string } {
  const told: string[] = [];
  const output = buildOutput((progress: BuildProgress) =>
    told.push(progress.kind === 'step' ? `${progress.state}: ${progress.step}` : `  ${progress.text}`),
  );
  for (const line of text.trim().split('\n')) output.line(line);
  output.end(built);
  return { told, tail: output.tail(3) };
}

describe('the output of podman build', () => {
  it('tells of steps that run, and what they print', () => {
    const { told } = read(
      `
STEP 1/3: FROM localhost/base:1
STEP 2/3: RUN echo "v=$V"
v=3
--> 5f82b6294e9
STEP 3/3: LABEL "l"="m"
COMMIT agentbox/x:1
--> 15571963fc5
Successfully tagged localhost/agentbox/x:1
15571963fc5c157af70ff0855cc7410a7532ebdc8577523702cac7b899d342cd`,
      true,
    );
    expect(told).toEqual([
      'started: STEP 1/3: FROM localhost/base:1',
      'done: STEP 1/3: FROM localhost/base:1',
      'started: STEP 2/3: RUN echo "v=$V"',
      '  v=3',
      'done: STEP 2/3: RUN echo "v=$V"',
      'started: STEP 3/3: LABEL "l"="m"',
      'done: STEP 3/3: LABEL "l"="m"',
    ]);
  });

  it('tells what came from the cache', () => {
    const { told } = read(
      `
STEP 2/2: RUN cat /f
--> Using cache dcf9f3b9444c4ee06c59f86e826e50ccd6c0a38b7cb2927475f73d0b1762dceb
--> dcf9f3b9444
COMMIT x`,
      true,
    );
    expect(told).toEqual(['started: STEP 2/2: RUN cat /f', 'cached: STEP 2/2: RUN cat /f']);
  });

  it('tells which step failed, with its last lines', () => {
    const { told, tail } = read(
      `
[1/2] STEP 1/2: FROM x
[2/2] STEP 2/2: RUN echo boom; exit 7
one
two
boom
Error: building at STEP "RUN echo boom; exit 7": while running runtime: exit status 7`,
      false,
    );
    expect(told.at(-1)).toBe('failed: [2/2] STEP 2/2: RUN echo boom; exit 7');
    expect(tail).toBe(
      'two\nboom\nError: building at STEP "RUN echo boom; exit 7": while running runtime: exit status 7',
    );
  });
});
