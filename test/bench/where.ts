import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../e2e/support/lab.ts';

const MARKS = fileURLToPath(new URL('marks.cjs', import.meta.url));
const LIMIT = 60_000;

/** Lines on where the time of one command goes: the median of each mark that the program leaves (performance.mark), in milliseconds since its start. */
export async function whereItGoes(lab: Lab, args: readonly string[], rounds: number): Promise<string> {
  const preload = join(lab.dir, 'bin', 'marks.cjs');
  copyFileSync(MARKS, preload);
  const [file = '', ...rest] = lab.argv(args, { NODE_OPTIONS: `--require=${preload}` });
  const times = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    const { stderr, status } = spawnSync(file, rest, { encoding: 'utf8', timeout: LIMIT });
    const [, list] = /^marks (.*)$/m.exec(stderr) ?? [];
    if (status !== 0 || list === undefined) throw new Error(`${args.join(' ')}: ${stderr}`);
    if (round === 0) continue;
    for (const [name, time] of JSON.parse(list) as [string, number][]) {
      times.set(name, [...(times.get(name) ?? []), time]);
    }
  }
  const marks = [...times].map(([name, all]) => ({ name, at: median(all) })).sort((a, b) => a.at - b.at);
  const lines = marks.map(({ name, at }, index) => {
    const step = at - (marks[index - 1]?.at ?? 0);
    return `  ${name.padEnd(14)} ${at.toFixed(0).padStart(5)} ms  +${step.toFixed(0)}`;
  });
  return [`where the time goes: agentbox ${args.join(' ')}`, ...lines].join('\n');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
