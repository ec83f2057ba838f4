import type { Frame } from '../box/payload.ts';
import type { ProjectDevcontainer } from './load.ts';
import { substitute, type Variables } from './variables.ts';

/**
 * The variables of a devcontainer.json as frames, to go before all others, which win over them; those that the box itself
 * sets (`own`) are left out. `imageEnv` is the environment of the image. Pure.
 */
export function devcontainerFrames(
  { containerEnv, remoteEnv }: Pick<ProjectDevcontainer, 'containerEnv' | 'remoteEnv'>,
  imageEnv: Variables,
  own: Variables,
): readonly Frame[] {
  const container = substitute(containerEnv, imageEnv);
  const all = { ...container, ...substitute(remoteEnv, { ...imageEnv, ...container }) };
  return Object.entries(all)
    .filter(([name]) => !Object.hasOwn(own, name))
    .map(([name, value]): Frame => ({ op: 'env', name, value }));
}
