import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BrokeredRequest } from './brokerRequest.ts';
import { endToEnd } from './requestHead.ts';

/** The host's consent to another protocol, and what came with it. */
export interface Consent {
  readonly reply: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Passes the consent on and then carries bytes both ways, as they are. */
export function answerUpgrade({ response, upgrading }: BrokeredRequest, { reply, socket, head }: Consent): void {
  const client = response.socket;
  if (client === null || upgrading === undefined) {
    socket.destroy();
    response.destroy();
    return;
  }
  const headers = [...endToEnd(reply), 'Connection', 'Upgrade', 'Upgrade', reply.headers.upgrade ?? ''];
  const lines = headers.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  response.detachSocket(client);
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`, 'latin1');
  if (head.length > 0) client.write(head);
  if (upgrading.length > 0) socket.write(upgrading);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => client.destroy());
  client.once('close', () => socket.destroy());
  client.pipe(socket).pipe(client);
}
