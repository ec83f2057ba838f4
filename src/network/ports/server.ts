import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { isAlive } from '../../engine/alive.ts';
import type { Engine } from '../../engine/engine.ts';
import { labelsOfClient } from '../../plan/labels.ts';
import { type Channel, openChannel } from './channel.ts';

import { listenAll } from './listen.ts';
import type { PortsStart } from './protocol.ts';

/** The published ports of one box, which are listened on. */
export interface PortsServer {
  /** The box runs: connections are carried from now on. */
  begin(): void;
  /** Resolves when the box has ended, or this was told to. */
  readonly ended: Promise<void>;
  end(): void;
}

/** Milliseconds until a program in the box that was ended is started again; twice as long each time. */
const PAUSES = { first: 250, longest: 8000 };
/** A program that ran for so long has no bad record. */
const LASTING = 30_000;
/** Connections that wait for the box to take them. */
const MOST_WAITING = 64;

/**
 * Listens on the ports of a box, and on the socket that tells others of it. Throws UserError('unavailable') when a port is taken.
 * It holds no secret, so that nothing of worth is in the process that a box talks to.
 */
export async function servePorts(
  engine: Pick<Engine, 'exec' | 'boxes'>,
  { box, client, data, ports, socket }: PortsStart,
): Promise<PortsServer> {
  let channel: Channel | undefined;
  let waiting: { readonly connection: Socket; readonly boxPort: number }[] = [];
  let onEnd = () => {};
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    onEnd = resolve;
  });

  const close = await listenAll(ports, (connection, boxPort) => {
    if (channel !== undefined) channel.carry(connection, boxPort);
    else if (waiting.length >= MOST_WAITING) connection.resetAndDestroy();
    else {
      connection.on('error', () => {});
      waiting.push({ connection, boxPort });
    }
  });
  // The ports are its lock: whoever has them may say so.
  await rm(socket, { force: true });
  const sign = createServer((asking) => asking.destroy());
  await new Promise<void>((resolve, reject) => sign.once('error', reject).listen(socket, resolve));

  const end = () => {
    if (isOver) return;
    isOver = true;
    for (const { connection } of waiting) connection.destroy();
    sign.close();
    void close();
    onEnd();
  };
  /** An engine that does not answer is no proof that the box is gone. */
  const isThere = async () => {
    const boxes = await engine.boxes(labelsOfClient(client, data)).catch(() => undefined);
    return boxes === undefined || boxes.some((one) => one.name === box && isAlive(one));
  };
  const serve = async () => {
    let pause = PAUSES.first;
    while (!isOver) {
      const began = Date.now();
      const opened = await openChannel(engine, box);
      channel = opened;
      for (const { connection, boxPort } of waiting) opened.carry(connection, boxPort);
      waiting = [];
      const how = await opened.ended;
      channel = undefined;
      if (how === 'hostile' || !(await isThere())) return end();
      pause = Date.now() - began > LASTING ? PAUSES.first : Math.min(pause * 2, PAUSES.longest);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  return { begin: () => void serve(), ended, end };
}
