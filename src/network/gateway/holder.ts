import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { FromGateway, ToGateway } from '../protocol.ts';
import { keepRunning } from './child.ts';
import { readLines, sendLine } from './lines.ts';

/** Events that are kept while nobody is connected, so that the log has no gap. */
const KEPT: readonly FromGateway['event'][] = ['decision', 'closed', 'rejected', 'carried'];
const KEPT_LIMIT = 1_000;
/** Bytes that a connected keeper may be behind before it is let go; it can ask for everything again. */
const BEHIND = 8 * 1024 * 1024;

/** What a holder is made of. */
export interface HolderOptions {
  /** Path of the control socket. */
  readonly socket: string;
  readonly version: string;
  /** Starts the proxy. */
  readonly proxy: readonly [string, ...string[]];
  /** Milliseconds without a connection and without traffic after which it ends by itself. */
  readonly idle: number;
}

/** A holder that listens. */
export interface Holder {
  /** Resolves when all of it has ended, by `stop` of either kind or for want of use. */
  readonly ended: Promise<void>;
  stop(): void;
}

/**
 * The gateway's first process: keeps the last state, in memory alone, for a proxy that may die at any time, and passes lines
 * between the proxy and every keeper that is connected. Resolves when it listens.
 */
export async function hold({ socket: path, version, proxy, idle }: HolderOptions): Promise<Holder> {
  const keepers = new Set<Socket>();
  let missed: string[] = [];
  let last: Extract<ToGateway, { op: 'state' }> | undefined;
  let unfit: string | undefined;
  let up = false;
  let used = performance.now();

  const send = (keeper: Socket, message: FromGateway | string) => {
    if (!sendLine(keeper, message, BEHIND)) keeper.destroy();
  };
  const tell = (message: FromGateway | string) => {
    for (const keeper of keepers) send(keeper, message);
  };

  const child = keepRunning({
    argv: proxy,
    onChange(isUp, why) {
      up = isUp;
      unfit = undefined;
      tell({ event: 'proxy', up, why });
      if (up && last !== undefined) child.send(last);
    },
    onLine(line) {
      used = performance.now();
      const { event } = JSON.parse(line) as FromGateway;
      if (event === 'unfit') unfit = line;
      if (keepers.size > 0) return tell(line);
      if (!KEPT.includes(event)) return;
      missed.push(line);
      if (missed.length > KEPT_LIMIT) missed.shift();
    },
  });

  const take = (keeper: Socket, line: string) => {
    used = performance.now();
    const message = JSON.parse(line) as ToGateway;
    if (message.op === 'stop') return stop();
    if (message.op === 'get') {
      return send(keeper, { event: 'known', revision: last?.revision ?? 0, state: last?.state });
    }
    if (message.op === 'state') last = message;
    child.send(line);
  };

  const server = createServer((keeper) => {
    used = performance.now();
    keepers.add(keeper);
    keeper.on('error', () => {});
    send(keeper, { event: 'hello', version, revision: last?.revision ?? 0 });
    if (!up) send(keeper, { event: 'proxy', up, why: 'it is being started again' });
    if (unfit !== undefined) send(keeper, unfit);
    for (const line of missed.splice(0)) send(keeper, line);
    // Whoever says what is no line of the protocol is let go; so is a keeper that ends.
    const gone = () => {
      keepers.delete(keeper);
      keeper.destroy();
    };
    readLines(keeper, (line) => take(keeper, line)).then(gone, gone);
  });

  const rest = () => {
    const left = keepers.size > 0 ? idle : idle - (performance.now() - used);
    if (left <= 0) return stop();
    timer = setTimeout(rest, left);
  };
  let timer = setTimeout(rest, idle);

  let finish = () => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const stop = () => {
    clearTimeout(timer);
    missed = [];
    server.close();
    for (const keeper of keepers) keeper.end();
    void child.stop().then(finish);
  };

  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  return { ended, stop };
}
