import type { Readable, Writable } from 'node:stream';
import type { ToGateway } from '../protocol.ts';
import { Events } from './events.ts';
import { Holds } from './hold.ts';
import { LIMITS, type Limits } from './limits.ts';
import { readLines } from './lines.ts';
import type { Gateway } from './liveBox.ts';
import { Resolution } from './resolve.ts';
import { Served } from './served.ts';
import { Turns } from './turns.ts';

/** What a proxy runs with. */
export interface ProxyOptions {
  /** Lines of ToGateway. */
  readonly input: Readable;
  /** Lines of FromGateway. */
  readonly output: Writable;
  /** The directory of the boxes' sockets. */
  readonly sockets: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly limits?: Limits | undefined;
}

/** Serves the boxes of the states that come in, until `stop` or the end of the input. What it throws is a bug. */
export async function runProxy({ input, output, sockets, now, limits = LIMITS }: ProxyOptions): Promise<void> {
  const events = new Events(output, now, limits.unreadBytes);
  const holds = new Holds(events, limits);
  const resolution = new Resolution(limits.resolveMs);
  const gateway: Gateway = { now, limits, turns: new Turns(), resolution, events, holds };
  const served = new Served(gateway, sockets);
  output.on('error', () => {});

  // States are taken one after the other, answers at once.
  let work = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    const take = (line: string) => {
      const message = JSON.parse(line) as ToGateway;
      if (message.op === 'stop') resolve();
      if (message.op === 'answer') holds.answer(message.held, message.verdict);
      if (message.op !== 'state') return;
      work = work.then(async () => {
        await served.apply(message.state);
        events.send({ event: 'ack', revision: message.revision });
      });
      work.catch(reject);
    };
    readLines(input, take).then(resolve, reject);
  });
  await work;
  await served.stop();
}
