import { createConnection, type Socket } from 'node:net';
import { type Trouble, UserError } from '../../errors.ts';
import { onJsonLines } from './jsonLines.ts';
import type { KeeperEvent, KeeperRequest, Replies, Reply, Request } from './protocol.ts';

/** A connection to a client's keeper. It keeps the program alive only while something is asked or events are listened to. */
export interface Keeper {
  /** Rejects with the keeper's UserError, or UserError('state') when it went away or does not answer. */
  ask<R extends KeeperRequest>(request: R): Promise<Replies[R['op']]>;
  /** What comes after `watch`. */
  onEvent(callback: (event: KeeperEvent) => void): void;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

const CONNECT_LIMIT = 2000;
/** Longer than the keeper's own limits, which cover the cold start of a gateway. */
const ANSWER_LIMIT = 120_000;

interface Asked {
  readonly resolve: (result: Replies[keyof Replies]) => void;
  readonly reject: (error: UserError) => void;
  readonly timer: NodeJS.Timeout;
}

/** The keeper that listens on this socket; undefined when none does. `limit`: milliseconds for each answer. */
export async function connectKeeper(path: string, limit = ANSWER_LIMIT): Promise<Keeper | undefined> {
  const socket = await connected(path);
  if (socket === undefined) return undefined;
  const asked = new Map<number, Asked>();
  const listeners: ((event: KeeperEvent) => void)[] = [];
  let last = 0;
  const settle = (id: number, act: (request: Asked) => void) => {
    const request = asked.get(id);
    if (request === undefined) return;
    asked.delete(id);
    clearTimeout(request.timer);
    if (asked.size === 0 && listeners.length === 0) socket.unref();
    act(request);
  };
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  socket.once('close', () => {
    for (const id of [...asked.keys()]) settle(id, ({ reject }) => reject(gone('it ended before it answered')));
  });
  onJsonLines(socket, (value) => {
    const message = value as Reply | KeeperEvent;
    if ('event' in message) for (const listener of listeners) listener(message);
    else if (message.ok) settle(message.id, ({ resolve }) => resolve(message.result));
    else settle(message.id, ({ reject }) => reject(errorOf(message)));
  });
  socket.unref();
  return {
    ask: <R extends KeeperRequest>(request: R) =>
      new Promise<Replies[R['op']]>((resolve, reject) => {
        if (socket.destroyed) return reject(gone('it has ended'));
        last += 1;
        const id = last;
        const late = () => settle(id, (late) => late.reject(gone(`it did not answer within ${limit / 1000} s`)));
        asked.set(id, {
          resolve: resolve as Asked['resolve'],
          reject,
          timer: setTimeout(late, limit),
        });
        socket.ref();
        const line: Request = { ...request, id };
        socket.write(`${JSON.stringify(line)}\n`);
      }),
    onEvent(callback) {
      listeners.push(callback);
      socket.ref();
    },
    closed,
    close: () => socket.destroy(),
  };
}

function connected(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const late = setTimeout(() => {
      socket.destroy();
      resolve(undefined);
    }, CONNECT_LIMIT);
    socket.once('connect', () => {
      clearTimeout(late);
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late);
      const absent = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'ENOTSOCK'].includes(error.code ?? '');
      if (absent) resolve(undefined);
      else reject(new UserError('state', `cannot open ${path}`, { why: error.message, cause: error }));
    });
  });
}

function errorOf({ trouble, message, why, next }: Extract<Reply, { ok: false }>): UserError {
  return new UserError(trouble as Trouble, message, {
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
  });
}

const gone = (why: string) =>
  new UserError('state', 'the keeper of the gateway is gone', { why, next: ['try again, which starts it anew'] });
