import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTrace, type Trace } from '../../../src/engine/docker/buildkitTrace.ts';
import { buildTracker } from '../../../src/engine/docker/buildProgress.ts';
import { fieldsOf } from '../../../src/engine/docker/protobuf.ts';
import type { BuildProgress } from '../../../src/engine/engine.ts';

/** The trace of a build that was recorded from Docker 20.10. */
function recorded(name: string): Trace[] {
  const text = readFileSync(new URL(`fixtures/docker/${name}.ndjson`, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id?: string; aux?: string })
    .filter(({ id }) => id === 'moby.buildkit.trace')
    .map(({ aux }) => readTrace(Buffer.from(aux ?? '', 'base64')));
}

function progressOf(name: string): { lines: string[]; failed: ReturnType<ReturnType<typeof buildTracker>['failed']> } {
  const lines: string[] = [];
  const show = (line: BuildProgress) =>
    lines.push(line.kind === 'step' ? `${line.step}: ${line.state}` : `${line.step} | ${line.text}`);
  const tracker = buildTracker(show);
  for (const trace of recorded(name)) tracker.update(trace);
  return { lines, failed: tracker.failed() };
}

const RUN = '[stage-0 2/4] RUN echo "hello a1"; echo "to stderr" >&2';

describe('progress of a build', () => {
  it('tells steps and their output', () => {
    const { lines, failed } = progressOf('buildFresh');
    expect(lines).toMatchSnapshot();
    expect(failed).toBeUndefined();
  });

  it('tells the same of a newer engine', () => {
    const steps = (name: string) =>
      progressOf(name)
        .lines.filter((line) => !line.includes(' | '))
        .sort();
    expect(steps('buildFresh26')).toEqual(steps('buildFresh'));
  });

  it('tells what did not need to be built', () => {
    expect(progressOf('buildCached').lines).toMatchSnapshot();
  });

  it('tells the step that failed, with its last lines', () => {
    const { lines, failed } = progressOf('buildFailing');
    expect(lines.at(-1)).toMatch(/^\[2\/2\] RUN for i .*: failed$/);
    expect(failed?.name).toMatch(/^\[2\/2\] RUN for i /);
    expect([...(failed?.lines ?? [])].sort()).toEqual(['E: no such package ünïcode', 'line 1', 'line 2', 'line 3']);
  });

  it('tells every step once when it begins and once when it ends', () => {
    for (const name of ['buildFresh', 'buildCached', 'buildFailing']) {
      const { lines } = progressOf(name);
      const steps = lines.filter((line) => /: (started|done|cached|failed)$/.test(line));
      expect(new Set(steps).size).toBe(steps.length);
    }
  });

  it('joins a line that comes in pieces, and characters cut in two', () => {
    const lines: BuildProgress[] = [];
    const tracker = buildTracker((line) => lines.push(line));
    const vertex = { digest: 'd', name: 'step', cached: false, started: true, completed: false, error: '' };
    const text = Buffer.from('grüße\r\nlast');
    const logs = [text.subarray(0, 3), text.subarray(3)].map((data) => ({ vertex: 'd', data }));
    tracker.update({ vertexes: [vertex], logs });
    tracker.update({ vertexes: [{ ...vertex, completed: true }], logs: [] });
    expect(lines).toEqual([
      { kind: 'step', step: 'step', state: 'started' },
      { kind: 'output', step: 'step', text: 'grüße' },
      { kind: 'output', step: 'step', text: 'last' },
      { kind: 'step', step: 'step', state: 'done' },
    ]);
  });
});

describe('reading a trace', () => {
  it('gives names, states and output of a real one', () => {
    const traces = recorded('buildFresh');
    const vertexes = traces.flatMap((trace) => trace.vertexes).filter(({ name }) => name === RUN);
    expect(vertexes.at(-1)).toMatchObject({ cached: false, started: true, completed: true, error: '' });
    const output = traces.flatMap(({ logs }) => logs).map(({ data }) => data.toString());
    expect(output).toContain('hello a1\n');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readTrace(Buffer.from(bytes))));
  });

  it('never throws on a real trace that was damaged', () => {
    const text = readFileSync(new URL('fixtures/docker/buildFresh.ndjson', import.meta.url), 'utf8');
    const messages = [...text.matchAll(/"aux":"([^"]+)"/g)].map((match) => Buffer.from(match[1] ?? '', 'base64'));
    fc.assert(
      fc.property(fc.constantFrom(...messages), fc.nat(), fc.integer({ min: 0, max: 255 }), (message, place, byte) => {
        const damaged = Buffer.from(message);
        damaged[place % damaged.length] = byte;
        readTrace(damaged);
        readTrace(message.subarray(0, place % message.length));
      }),
    );
  });

  it('reads numbers of more than 32 bits', () => {
    expect(fieldsOf(Buffer.from([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]))).toEqual([
      { number: 1, value: 2 ** 36 - 1 },
    ]);
  });
});
