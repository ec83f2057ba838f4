import type { RunFlags } from '../config/flags.ts';
import type { BoxLabels } from '../plan/labels.ts';

/** What only the start of a box can give it, each by its option. */
const OPTIONS: Readonly<Partial<Record<keyof RunFlags, string>>> = {
  runtime: '--runtime',
  network: '--network',
  workspace: '--workspace',
  allow: '--allow',
  deny: '--deny',
  ports: '--publish',
  forward: '--forward',
  env: '--env',
  mounts: '--mount',
  image: '--image',
  devcontainer: '--devcontainer',
  memory: '--memory',
  cpus: '--cpus',
  pids: '--pids',
  autonomy: '--autonomy',
  untracked: '--untracked',
  projectFile: '--no-project-file',
  engineArgs: '--engine-arg',
};

/** The options of a run that a box which runs already cannot follow any more: those that would make it another one. Pure. */
export function flagsOfStart(flags: RunFlags, box: Pick<BoxLabels, 'runtime' | 'network' | 'workspace'>): string[] {
  const same: Partial<Record<keyof RunFlags, unknown>> = {
    runtime: box.runtime,
    network: box.network,
    workspace: box.workspace,
  };
  return (Object.keys(OPTIONS) as (keyof RunFlags)[])
    .filter((flag) => asks(flags[flag]) && flags[flag] !== same[flag])
    .map((flag) => OPTIONS[flag] ?? flag);
}

function asks(value: RunFlags[keyof RunFlags]): boolean {
  if (value === undefined) return false;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
}
