import type { Socket } from 'node:net';
import type { DockerClient } from './client.ts';

/**
 * Bytes that no keyboard sends and no UTF-8 text contains: agentbox looks for the keys by itself (detachKeys.ts). Docker would hold
 * back Ctrl-P until the next key, and no sequence at all means its default.
 */
const DETACH_KEYS = '%ff,%fe,%ff,%fe';

/**
 * A connection for what goes into a box, running or not. It is apart from the output's: a box that ends while it is being
 * written to breaks only this, and the engine hangs up when it has passed on everything up to its end.
 */
export function attachInput(client: DockerClient, id: string): Promise<Socket> {
  return attach(client, id, 'stdin=1');
}

/** A connection for what a box prints: plain bytes with a terminal, else frames of two streams. */
export function attachOutput(client: DockerClient, id: string): Promise<Socket> {
  return attach(client, id, 'stdout=1&stderr=1');
}

async function attach(client: DockerClient, id: string, streams: string): Promise<Socket> {
  const path = `/containers/${encodeURIComponent(id)}/attach?stream=1&${streams}&detachKeys=${DETACH_KEYS}`;
  const socket = await client.hijack('attaching to the box', { path, body: { stream: true } });
  // Without a listener a broken input would end the process; a broken output is noticed by its reader.
  socket.on('error', () => {});
  return socket;
}
