import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors.ts';
import type { ActualBox } from '../../plan/spec.ts';
import type { Podman } from './command.ts';
import { readAsPodman } from './readAsPodman.ts';
import { type Inspected, type OciSpec, readBack } from './readBack.ts';

const POLL = 4;
const NOT_STARTED: readonly string[] = ['configured', 'created', 'initialized'];

/** What podman says of a box; throws UserError('box') when there is none. */
export async function inspected(podman: Podman, id: string): Promise<Inspected> {
  const [box] = await podman.json<readonly Inspected[]>(['container', 'inspect', id]);
  return box ?? {};
}

/** The box as it really is; throws UserError('box') for one that was never started. */
export async function inspectBox(podman: Podman, id: string): Promise<ActualBox> {
  const box = await inspected(podman, id);
  const oci = await ociSpec(podman, fileIn(box.StaticDir));
  if (oci !== undefined) return readBack(box, oci);
  throw new UserError('box', `the box ${id} was never started`, { next: [`agentbox rm ${id}`] });
}

/** The same for a box that is just being started, whose directory is below `boxes`; gives up when `signal` says so. */
export async function inspectStarting(
  podman: Podman,
  id: string,
  boxes: string | undefined,
  signal: AbortSignal,
): Promise<ActualBox> {
  // Inspecting waits until podman has started the box; what podman told the runtime is there before, so it is read meanwhile.
  const inspecting = inspectedStarted(podman, id, signal);
  inspecting.catch(() => {});
  const file = boxes === undefined ? fileIn((await inspecting).StaticDir) : fileIn(join(boxes, id, 'userdata'));
  for (;;) {
    const oci = await ociSpec(podman, file);
    if (oci !== undefined) return readBack(await inspecting, oci);
    await sleep(POLL, undefined, { signal });
  }
}

/** What podman says of a box that its runtime was able to start: one that never starts must not count as launched. */
async function inspectedStarted(podman: Podman, id: string, signal: AbortSignal): Promise<Inspected> {
  for (;;) {
    const box = await inspected(podman, id);
    if (!NOT_STARTED.includes(box.State?.Status ?? '')) return box;
    await sleep(POLL, undefined, { signal });
  }
}

function fileIn(dir: string | undefined): string {
  if (dir === undefined) throw new UserError('engine', 'podman does not tell where it keeps the box');
  return join(dir, 'config.json');
}

/** The configuration that podman wrote for the OCI runtime; undefined while it is absent or half written. */
async function ociSpec(podman: Podman, file: string): Promise<OciSpec | undefined> {
  const text = await readAsPodman(podman, file);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as OciSpec);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
