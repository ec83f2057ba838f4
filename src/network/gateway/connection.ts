import type { Socket } from 'node:net';
import type { Decided } from './events.ts';
import type { Gateway, LiveBox, OpenConnection } from './liveBox.ts';
import { Refused } from './refuse.ts';

/** What a connection is about, and what ends it at once. */
export type Opening = Omit<OpenConnection, 'cut'> & {
  readonly kind: Decided['kind'];
  readonly rule: string;
  readonly cut: () => void;
};

/** The bytes that a connection moved. */
export interface Moved {
  readonly up: number;
  readonly down: number;
}

/** Logs an allowed connection and keeps it in the box's list. What is given is called once, when it has ended. */
export function opened(gateway: Gateway, box: LiveBox, opening: Opening): (moved: Moved) => void {
  const { host, port, kind, rule } = opening;
  const started = gateway.now();
  const decided = { box: box.name, host, port, kind, verdict: 'allow', rule, reason: undefined } as const;
  const id = gateway.events.decided(decided);
  box.open.add(opening);
  return ({ up, down }) => {
    if (!box.open.delete(opening)) return;
    gateway.events.send({ event: 'closed', id, up, down, ms: gateway.now() - started });
  };
}

/**
 * Logs a refused request and gives its refusal. What is no Refused is a bug and is thrown on. Requests that name no host at
 * all are not logged: there is nothing to say. Neither are those that come while nobody reads the log.
 */
export function refusedConnection(gateway: Gateway, box: LiveBox, kind: Decided['kind'], error: unknown): Refused {
  if (!(error instanceof Refused)) throw error;
  const { reason, about } = error;
  const { host, port, rule, address } = about;
  if (host === undefined || port === undefined || gateway.events.full) return error;
  const more = address === undefined ? {} : { address };
  gateway.events.decided({ box: box.name, host, port, kind, verdict: 'deny', reason, rule: rule?.text, ...more });
  return error;
}

/** Calls back when a socket is closed, also when it is already. */
export function whenClosed(socket: Socket, callback: () => void): void {
  if (socket.closed) callback();
  else socket.once('close', callback);
}
