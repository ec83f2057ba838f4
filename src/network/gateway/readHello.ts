import type { Socket } from 'node:net';
import { looksLikeTls, parseClientHello } from './hello.ts';
import type { Limits } from './limits.ts';
import { Refused } from './refuse.ts';

/** What a client's first bytes are held to. */
export interface HelloDemand {
  /** Canonical; for a name the only server name, for an address the only one besides none. */
  readonly host: string;
  readonly port: number;
  readonly isAddress: boolean;
  /** Bytes that do not begin as TLS pass as they are. */
  readonly optional: boolean;
  readonly limits: Pick<Limits, 'helloBytes' | 'helloMs'>;
}

/**
 * Reads a client's ClientHello, `head` first, and holds it to the demand. Gives all bytes that were read, to be passed on; none
 * when the client ended before. Leaves the socket paused. Throws Refused.
 */
export async function readHello(socket: Socket, head: Buffer, demand: HelloDemand): Promise<Buffer> {
  const { host, port, optional, limits } = demand;
  let known = head;
  /** Whether what is known is enough, and may pass. */
  const enough = () => {
    if (optional && looksLikeTls(known) === false) return true;
    const hello = parseClientHello(known);
    if ('need' in hello) {
      if (known.length < limits.helloBytes) return false;
      throw new Refused('not-tls', { host, port, detail: 'The ClientHello is too long.' });
    }
    if ('bad' in hello) throw new Refused('not-tls', { host, port, detail: `The ClientHello is bad: ${hello.bad}.` });
    if (hello.ech) throw new Refused('encrypted-hello', { host, port });
    const isSame = hello.host === undefined ? demand.isAddress : hello.host.toLowerCase() === host;
    if (!isSame) throw new Refused('name-mismatch', { host, port });
    return true;
  };
  if (known.length > 0 && enough()) return known;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const startTimer = () => {
      const late = new Refused('timeout', { host, port, detail: 'No whole ClientHello came.' });
      timer ??= setTimeout(() => settle(() => reject(late)), limits.helloMs);
    };
    const settle = (how: () => void) => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      how();
    };
    const onData = (chunk: Buffer) => {
      known = known.length === 0 ? chunk : Buffer.concat([known, chunk]);
      try {
        if (enough()) settle(() => resolve(known));
        else startTimer();
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onEnd = () => settle(() => resolve(Buffer.alloc(0)));
    // Where the server may speak first, a client may be silent for long.
    if (!optional || known.length > 0) startTimer();
    socket.on('data', onData).once('end', onEnd).once('close', onEnd);
    if (socket.readableEnded || socket.destroyed) onEnd();
    else socket.resume();
  });
}
