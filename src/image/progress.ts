import type { BuildProgress } from '../engine/engine.ts';
import type { Io } from '../ui/io.ts';
import { say } from '../ui/io.ts';
import { formatSpan } from '../ui/time.ts';

/** Shows one build to a person. */
export interface BuildView {
  readonly on: (progress: BuildProgress) => void;
  /** A line that stays. */
  readonly note: (text: string) => void;
  /** Ends the view; `built` leaves a line with the time it took. */
  readonly end: (built: boolean) => void;
}

const REFRESH = 200;
const CLEAR = '\r\u001b[2K';

/** A live line with the current step and its time on a terminal; elsewhere one plain line a step. */
export function viewBuild(io: Io, title: string, now: () => Date): BuildView {
  const began = now().getTime();
  const span = (since: number) => formatSpan(now().getTime() - since);
  let step: { name: string; since: number } | undefined;
  // A terminal that was never told its size says 0.
  const width = (io.columns || 80) - 1;
  const draw = () => {
    const text = step === undefined ? 'starting' : `${step.name} ${span(step.since)}`;
    io.err.write(`${CLEAR}${clip(`${title}: ${text}`, width)}`);
  };
  const live = (io.live ?? io.errIsTerminal) && !io.volume?.quiet;
  const timer = live ? setInterval(draw, REFRESH) : undefined;
  timer?.unref();
  const note = (text: string) => say(io, `${timer === undefined ? '' : CLEAR}${text}`);
  return {
    on(progress) {
      if (progress.kind !== 'step' || progress.state !== 'started') return;
      step = { name: stepName(progress.step), since: now().getTime() };
      if (timer === undefined) say(io, `${title}: ${clip(step.name, 120)}`);
      else draw();
    },
    note,
    end(built) {
      clearInterval(timer);
      if (built) note(`${title}: built in ${span(began)}`);
      else if (timer !== undefined) io.err.write(CLEAR);
    },
  };
}

/** A step in the engine's words, without what only a builder needs: `5/6 RUN apt-get update …`. */
export function stepName(step: string): string {
  return step
    .replace(/^\[(?:\S+ +)?(\d+\/\d+)\]/, '$1')
    .replace(/^STEP (\d+\/\d+):/, '$1')
    .replace(/--mount=\S+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
