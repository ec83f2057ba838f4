import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Lab } from './lab.ts';

/** What a lab has left on this machine outside of its own folder: boxes, processes, mounts. Empty is what is wanted. */
export function leftovers(lab: Lab): readonly string[] {
  const format = '{{.Names}} {{.Labels}}';
  const boxes = lab.engine(['ps', '-a', '--filter', 'label=dev.agentbox', '--format', format]).split('\n');
  const processes = spawnSync('pgrep', ['-af', lab.dir], { encoding: 'utf8' }).stdout.split('\n');
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const ofLab = (lines: readonly string[]) => lines.filter((line) => line.includes(lab.dir));
  return [...ofLab(boxes), ...ofLab(processes), ...ofLab(mounts)];
}
