import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { stepName, viewBuild } from '../../../src/image/progress.ts';
import type { Io } from '../../../src/ui/io.ts';

function fakeIo(terminal: boolean, columns = 60): { io: Io; text: () => string } {
  const err = new PassThrough();
  const chunks: string[] = [];
  err.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const streams = { in: new PassThrough(), out: new PassThrough(), err };
  const io: Io = {
    ...streams,
    inIsTerminal: false,
    outIsTerminal: false,
    errIsTerminal: terminal,
    columns,
    colour: false,
  };
  return { io, text: () => chunks.join('') };
}

describe('the view of a build', () => {
  it('is one plain line a step without a terminal, and the time at the end', () => {
    const { io, text } = fakeIo(false);
    let now = 0;
    const view = viewBuild(io, 'base image', () => new Date(now));
    view.on({
      kind: 'step',
      step: '[stage-0 2/6] RUN --mount=type=cache,target=/x   apt-get update',
      state: 'started',
    });
    view.on({ kind: 'output', step: 'x', text: 'Get:1 …' });
    view.on({ kind: 'step', step: '[stage-0 2/6] RUN', state: 'done' });
    now = 61_000;
    view.end(true);
    expect(text()).toBe('base image: 2/6 RUN apt-get update\nbase image: built in 1m\n');
  });

  it('is one line that is written over on a terminal, never wider than it, and gone at the end', () => {
    vi.useFakeTimers();
    try {
      const { io, text } = fakeIo(true, 30);
      const began = Date.now();
      const view = viewBuild(io, 'base image', () => new Date(Date.now()));
      view.on({ kind: 'step', step: `STEP 2/6: RUN ${'long '.repeat(20)}`, state: 'started' });
      vi.advanceTimersByTime(1000);
      view.end(false);
      const drawn = text().split('\r\u001b[2K').slice(1);
      expect(drawn.length).toBeGreaterThan(4);
      expect(drawn.at(-1)).toBe('');
      for (const line of drawn) expect(line.length).toBeLessThan(30);
      expect(drawn[0]).toMatch(/^base image: 2\/6 RUN long .*…$/);
      expect(text()).not.toContain('\n');
      vi.advanceTimersByTime(5000);
      expect(text().split('\r').length).toBe(drawn.length + 1);
      expect(Date.now()).toBe(began + 6000);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes a terminal that does not know its width for one of 80 columns', () => {
    const { io, text } = fakeIo(true, 0);
    const view = viewBuild(io, 'base image', () => new Date(0));
    view.on({ kind: 'step', step: 'x'.repeat(200), state: 'started' });
    view.end(false);
    expect(text().split('\r\u001b[2K')[1]?.length).toBe(79);
  });

  it.each([
    ['[stage-0 2/6] RUN --mount=type=cache,target=/x --mount=type=y set -e;  a', '2/6 RUN set -e; a'],
    ['[2/6] COPY a b', '2/6 COPY a b'],
    ['STEP 3/10: COPY a b', '3/10 COPY a b'],
    ['[internal] load build context', '[internal] load build context'],
  ])('calls the step %j %j', (step, name) => {
    expect(stepName(step)).toBe(name);
  });
});
