import type { ActualBox } from '../../plan/spec.ts';
import type { DockerClient } from './client.ts';
import { type Inspected, type ReadBackFacts, readBack } from './readBack.ts';

/** Asks the engine for what read-back depends on; the answer is kept. */
export type ReadFacts = () => Promise<ReadBackFacts>;

/** How a container is at the moment. */
export type Current = Inspected & {
  readonly Config: { readonly Tty?: boolean };
  readonly State: { readonly Running: boolean };
};

/** The engine's own record of a container; throws UserError('box') when there is none. */
export async function inspectContainer(client: DockerClient, id: string): Promise<Current> {
  return (await client.get('inspecting the box', `/containers/${encodeURIComponent(id)}/json`)) as Current;
}

/** The box as it really is. */
export async function inspectBox(client: DockerClient, id: string, facts: ReadFacts): Promise<ActualBox> {
  const [container, known] = await Promise.all([inspectContainer(client, id), facts()]);
  return readBack(container, known);
}
