import { clearLive, drawLive, type Io, say } from './io.ts';
import { formatSpan } from './time.ts';

/** Milliseconds until a wait is shown on a terminal, and until a line is written elsewhere. */
const SOON = 500;
const LATE = 5000;
const REFRESH = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Of several waits at a time the first is shown. */
const shown = new WeakSet<object>();

/**
 * Waits for something that may take its time, and says so: on a terminal by a line that comes after half a second and leaves no
 * trace, elsewhere by one plain line after five. Nothing with `--quiet`. Not for what asks, or prints data meanwhile.
 */
export async function waiting<T>(io: Io, words: string, work: Promise<T>): Promise<T> {
  if (io.volume?.quiet || shown.has(io.err)) return work;
  shown.add(io.err);
  const stop = io.live ? spin(io, words) : note(io, words);
  try {
    return await work;
  } finally {
    stop();
    shown.delete(io.err);
  }
}

function note(io: Io, words: string): () => void {
  const timer = setTimeout(() => say(io, `agentbox: ${words}…`), LATE);
  timer.unref();
  return () => clearTimeout(timer);
}

function spin(io: Io, words: string): () => void {
  const began = performance.now();
  const timer = setInterval(() => {
    const passed = performance.now() - began;
    if (passed < SOON) return;
    const frame = FRAMES[Math.floor(passed / REFRESH) % FRAMES.length];
    const time = passed < 2000 ? '' : ` ${formatSpan(passed)}`;
    // A terminal that was never told its size says 0.
    drawLive(io, `${frame} ${words}…${time}`.slice(0, (io.columns || 80) - 1));
  }, REFRESH);
  timer.unref();
  return () => {
    clearInterval(timer);
    clearLive(io);
  };
}
