import type { Socket } from 'node:net';
import { carry, type Reader, type Share } from './carry.ts';
import type { Limits } from './limits.ts';

/** The other end of a tunnel; with a reader it was opened with that. */
export interface Far {
  readonly socket: Socket;
  readonly reader: Reader | undefined;
}

/** Joins two sockets until both have ended; one that breaks takes the other with it. `client` comes first in all counts. */
export class Tunnel {
  private readonly client: Socket;
  private readonly far: Far;
  private readonly share: Share;

  constructor(client: Socket, far: Far, share: Share, limits: Pick<Limits, 'idleMs' | 'halfMs'>) {
    this.client = client;
    this.far = far;
    this.share = share;
    const cut = () => this.cut();
    client.setTimeout(limits.idleMs, cut);
    for (const [from, to] of [
      [client, far.socket],
      [far.socket, client],
    ] as const) {
      from.on('error', () => {});
      // What is gone for good may have left only one direction open, and nobody waits for that for ever.
      from.once('end', () => client.setTimeout(limits.halfMs));
      from.once('close', (failed: boolean) => {
        if (failed || !to.writableEnded) to.destroy();
      });
      if (from.destroyed) to.destroy();
    }
  }

  /** Lets the far side's bytes come. */
  startDown(): void {
    carry(this.far.socket, this.client, this.share, this.far.reader);
  }

  /** Lets the client's bytes go, those first that were read already. */
  startUp(first: Uint8Array): void {
    if (first.length > 0 && this.far.socket.writable) this.far.socket.write(first);
    carry(this.client, this.far.socket, this.share, undefined);
  }

  /** Ends the far side alone: the client is being told why. */
  cutFar(): void {
    this.far.socket.destroy();
  }

  /** Ends both at once. */
  cut(): void {
    this.client.destroy();
    this.far.socket.destroy();
  }
}
