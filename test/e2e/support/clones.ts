import type { Lab } from './lab.ts';

/** The names of the volumes that hold clones of a lab's projects. */
export function cloneVolumes({ engine, dir }: Pick<Lab, 'engine' | 'dir'>): readonly string[] {
  const format = '{{.Name}} {{.Labels}}';
  const listed = engine(['volume', 'ls', '--filter', 'label=dev.agentbox=clone', '--format', format]);
  return listed.split('\n').flatMap((line) => (line.includes(`${dir}/`) ? [line.split(' ')[0] ?? ''] : []));
}
