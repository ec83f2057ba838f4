import { type BoxInfo, type Engine, LABEL } from './engine.ts';

/** What the label of all containers of agentbox says: boxes, short-lived helpers, gateways. */
const KINDS = ['box', 'helper', 'gateway'] as const;

/** True for a container with every one of these labels; one of the wrong kind only counts where `labels` name that kind. */
export function hasLabels({ labels }: Pick<BoxInfo, 'labels'>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(ofKind(wanted)).every(([name, value]) => labels[name] === value);
}

/** The labels to look for: those of boxes, unless they name another kind. */
export function ofKind(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { [LABEL]: 'box', ...labels };
}

/** Every container of agentbox on an engine, whatever its kind. */
export async function allContainers(
  engine: Engine,
  kinds: readonly (typeof KINDS)[number][] = KINDS,
): Promise<readonly BoxInfo[]> {
  return (await Promise.all(kinds.map((kind) => engine.boxes({ [LABEL]: kind })))).flat();
}
