import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** One command of a comparison. */
export interface Contender {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Done before each run of it; its time does not count. */
  readonly before?: () => void;
}

/** Times of one contender in milliseconds. */
export interface Times {
  readonly name: string;
  readonly median: number;
  readonly p90: number;
}

const LIMIT = 60_000;

/**
 * Runs the contenders in turn, `rounds` times after one round that does not count, so that whatever else the machine
 * does hits all alike. Throws when one of them fails: a fast failure is no result.
 */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<readonly Times[]> {
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const time = await once(contender);
      if (round > 0) samples[index]?.push(time);
    }
  }
  return contenders.map(({ name }, index) => ({ name, ...summary(samples[index] ?? []) }));
}

function once({ name, argv, env, before }: Contender): Promise<number> {
  const [file = '', ...args] = argv;
  before?.();
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LIMIT,
      env: { ...process.env, ...env },
    });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => {
      words += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(performance.now() - begin);
      else reject(new Error(`${name}: exit code ${code}\n${words}`));
    });
  });
}

function summary(samples: readonly number[]): { median: number; p90: number } {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p90: at(0.9) };
}

/** Lines of a table: the first contender is the yardstick, each other one is told as a ratio to it; milliseconds with so many digits. */
export function report(title: string, times: readonly Times[], digits = 0): string {
  const yardstick = times[0]?.median ?? Number.NaN;
  const line = ({ name, median, p90 }: Times) =>
    `  ${name.padEnd(44)} ${median.toFixed(digits).padStart(6)} ms  p90 ${p90.toFixed(digits).padStart(6)} ms  ${(median / yardstick).toFixed(2).padStart(6)}×`;
  return [title, ...times.map(line)].join('\n');
}
