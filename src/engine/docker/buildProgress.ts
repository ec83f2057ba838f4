import { StringDecoder } from 'node:string_decoder';
import type { BuildProgress } from '../engine.ts';
import type { Trace, Vertex } from './buildkitTrace.ts';

/** Lines of output that are kept of each step, for the error of one that fails. */
const KEPT = 20;
/** How BuildKit fetches what it was sent; of interest to nobody unless it fails. */
const INTERNAL = /^(\[internal\] |copy \/context )/;

interface Step {
  readonly name: string;
  state: 'new' | 'started' | 'ended';
  /** The beginning of a line whose end has not come yet. */
  line: string;
  readonly lines: string[];
  readonly decoder: StringDecoder;
}

/** The step that made a build fail, with its last lines. */
interface FailedStep {
  readonly name: string;
  readonly lines: readonly string[];
}

/** Turns a build's trace into progress: each step is told once when it begins and once when it ends. */
export interface BuildTracker {
  update(trace: Trace): void;
  failed(): FailedStep | undefined;
}

/** A tracker that reports to `onProgress`. */
export function buildTracker(onProgress: (line: BuildProgress) => void): BuildTracker {
  const steps = new Map<string, Step>();
  let failed: Step | undefined;

  const stepOf = (digest: string, name = ''): Step => {
    const known = steps.get(digest);
    if (known !== undefined) return known;
    const step: Step = { name, state: 'new', line: '', lines: [], decoder: new StringDecoder('utf8') };
    steps.set(digest, step);
    return step;
  };
  const print = (step: Step, text: string) => {
    step.lines.push(text);
    if (step.lines.length > KEPT) step.lines.shift();
    onProgress({ kind: 'output', step: step.name, text });
  };
  const advance = (vertex: Vertex) => {
    const step = stepOf(vertex.digest, vertex.name);
    const tell = (state: 'started' | 'done' | 'cached' | 'failed') => {
      if (!INTERNAL.test(step.name) || state === 'failed') onProgress({ kind: 'step', step: step.name, state });
    };
    if (step.state === 'new' && vertex.started && !vertex.cached) {
      step.state = 'started';
      tell('started');
    }
    if (step.state === 'ended' || !(vertex.completed || vertex.cached)) return;
    step.state = 'ended';
    if (step.line !== '') print(step, step.line);
    step.line = '';
    if (vertex.error !== '') failed = step;
    tell(vertex.error !== '' ? 'failed' : vertex.cached ? 'cached' : 'done');
  };

  return {
    update({ vertexes, logs }) {
      // Output first: the message that ends a step may bring its last lines too.
      for (const vertex of vertexes) if (!vertex.completed) advance(vertex);
      for (const { vertex, data } of logs) {
        const step = stepOf(vertex);
        const lines = (step.line + step.decoder.write(data)).split(/\r?\n/);
        step.line = lines.pop() ?? '';
        for (const line of lines) print(step, line);
      }
      for (const vertex of vertexes) if (vertex.completed) advance(vertex);
    },
    failed: () => failed,
  };
}
