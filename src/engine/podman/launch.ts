import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { podmanArgs } from '../../plan/commandLine.ts';
import type { ActualBox } from '../../plan/spec.ts';
import type { Launch, RunningBox } from '../engine.ts';
import { type Client, startClient } from './client.ts';
import { failed, type Podman } from './command.ts';
import { inspectStarting } from './inspect.ts';
import { follow, removeBox, waitFor } from './running.ts';

/** Milliseconds between two looks for the file that podman writes when the box exists. */
const POLL = 4;

/**
 * See Engine.launch. One `podman run` makes the box and starts its entrypoint, which waits for the payload on descriptor 3.
 * While podman is still starting it, the box is read back; the payload is written only when that was approved. `boxes` is
 * podman's directory of boxes, where known.
 */
export async function launch(
  podman: Podman,
  { spec, payload, approve, streams, detachKeys }: Launch,
  boxes: string | undefined,
): Promise<RunningBox> {
  const detached = streams === undefined;
  const cidfile = join(podman.options.temp, `agentbox-${randomUUID()}.cid`);
  const keys = detached || !spec.terminal ? undefined : detachKeys;
  const args = podmanArgs(spec, { cidfile, detached, detachKeys: keys });
  const client = startClient(podman.options, args, streams, { channel: true, shielded: true });
  try {
    const { id } = await approved(podman, client, { cidfile, detached, boxes, approve });
    client.showErrors();
    const handedOver = client.handOver(await payload);
    // With a terminal podman gets the signals of agentbox's process group, and ends with 0 at a TERM that was not its own.
    if (!detached) return follow(podman, id, client, { trusted: !spec.terminal, keys });
    const [{ code, stderr }] = await Promise.all([client.ended, handedOver]);
    if (code !== 0) throw failed(stderr);
    return {
      id,
      get exit() {
        return waitFor(podman, id);
      },
      detach() {},
    };
  } catch (error) {
    const id = await readFile(cidfile, 'utf8').catch(() => '');
    // Without an id podman made nothing: a box of that name would be somebody else's.
    if (id !== '') await removeBox(podman, id).catch(() => {});
    client.leave();
    throw error;
  } finally {
    await rm(cidfile, { force: true });
  }
}

interface Approval {
  readonly cidfile: string;
  readonly detached: boolean;
  readonly boxes: string | undefined;
  readonly approve: (actual: ActualBox) => void;
}

/** The box as it really is, approved; rejects with podman's own words when podman ends before. */
async function approved(
  podman: Podman,
  client: Client,
  { cidfile, detached, boxes, approve }: Approval,
): Promise<ActualBox> {
  const stop = new AbortController();
  const early = client.ended.then(({ code, stderr }) => {
    // A detached podman is done when the entrypoint runs.
    if (!detached || code !== 0) throw failed(stderr);
    return new Promise<never>(() => {});
  });
  try {
    const readBack = idIn(cidfile, stop.signal).then((id) => {
      performance.mark('created');
      return inspectStarting(podman, id, boxes, stop.signal);
    });
    const actual = await Promise.race([readBack, early]);
    approve(actual);
    performance.mark('approved');
    return actual;
  } finally {
    stop.abort();
  }
}

/** The id of the box, as soon as it exists. */
async function idIn(cidfile: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const id = await readFile(cidfile, 'utf8').catch(() => '');
    if (/^[0-9a-f]{64}$/.test(id)) return id;
    await sleep(POLL, undefined, { signal });
  }
}
