import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { LIMITS, type Limits } from '../../../../../src/network/gateway/limits.ts';
import { readLines } from '../../../../../src/network/gateway/lines.ts';
import { runProxy } from '../../../../../src/network/gateway/proxy.ts';
import { parseRule } from '../../../../../src/network/policy/parse.ts';
import type { Rule } from '../../../../../src/network/policy/policy.ts';
import type {
  Decision,
  FromGateway,
  GatewayBox,
  GatewayState,
  ToGateway,
} from '../../../../../src/network/protocol.ts';

/** A proxy that runs in this process, on sockets in a directory of its own. */
export interface RunningProxy {
  readonly directory: string;
  readonly events: readonly FromGateway[];
  readonly send: (message: ToGateway) => void;
  /** Brings a state into force. */
  readonly apply: (state: Partial<GatewayState>) => Promise<void>;
  /** The path of a box's socket. */
  readonly path: (box?: string) => string;
  readonly decisions: () => readonly Decision[];
  /** Waits for an event. */
  readonly until: <E extends FromGateway['event']>(
    event: E,
    fits?: (event: Extract<FromGateway, { event: E }>) => boolean,
  ) => Promise<Extract<FromGateway, { event: E }>>;
  readonly close: () => Promise<void>;
}

/** Rules of texts; those that begin with `!` deny. */
export function rules(...texts: readonly string[]): readonly Rule[] {
  return texts.map((text) =>
    text.startsWith('!')
      ? parseRule(text.slice(1), { verdict: 'deny', from: 'test' })
      : parseRule(text, { verdict: 'allow', from: 'test' }),
  );
}

/** A box called `one` unless told, that may reach what the texts say. */
export function boxOf(texts: readonly string[], more: Partial<GatewayBox> = {}): GatewayBox {
  const name = more.name ?? 'one';
  return {
    name,
    socket: socketOf(name),
    policy: { rules: rules(...texts) },
    hosts: {},
    dns: [],
    brokered: [],
    tls: undefined,
    ...more,
  };
}

function socketOf(box: string): string {
  return Buffer.from(box.padEnd(16, '.')).toString('hex').slice(0, 32);
}

/** Starts a proxy; limits are those of the product but for what is given. */
export function startProxy(limits: Partial<Limits> = {}, now: () => number = Date.now): RunningProxy {
  const directory = mkdtempSync(join(tmpdir(), 'agentbox-proxy-'));
  const [input, output] = [new PassThrough(), new PassThrough()];
  const events: FromGateway[] = [];
  const listeners = new Set<() => void>();
  let revision = 0;
  void readLines(output, (line) => {
    events.push(JSON.parse(line) as FromGateway);
    for (const listener of listeners) listener();
  });
  const running = runProxy({ input, output, sockets: directory, now, limits: { ...LIMITS, ...limits } });
  const send = (message: ToGateway) => void input.write(`${JSON.stringify(message)}\n`);
  const until: RunningProxy['until'] = async (name, fits = () => true) => {
    type Wanted = Extract<FromGateway, { event: typeof name }>;
    const find = () => events.find((event): event is Wanted => event.event === name && fits(event as Wanted));
    return within(
      new Promise<Wanted>((resolve) => {
        const look = () => {
          const found = find();
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
      `no event ${name}`,
    );
  };
  return {
    directory,
    events,
    send,
    until,
    decisions: () => events.flatMap((event) => (event.event === 'decision' ? [event.decision] : [])),
    path: (box = 'one') => join(directory, socketOf(box)),
    async apply(state) {
      revision += 1;
      const wanted = revision;
      const whole = { boxes: [], live: [], upstream: undefined, authorities: '', watched: false, ...state };
      send({ op: 'state', revision, state: { format: 1, ...whole } });
      await Promise.race([until('ack', (ack) => ack.revision === wanted), running.then(() => undefined)]);
    },
    async close() {
      input.end();
      await within(running, 'the proxy did not end');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A promise that must settle in time. */
export async function within<T>(promise: Promise<T>, trouble: string, ms = 5_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${trouble} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A box's connection: what came so far, and waiting for more. */
export interface Wire {
  readonly socket: Socket;
  readonly heard: () => string;
  readonly bytes: () => Buffer;
  readonly write: (bytes: string | Uint8Array) => void;
  /** Waits until what came fits. */
  readonly hears: (what: RegExp | string) => Promise<string>;
  /** Waits for the end of it, by whichever way; gives all that came. */
  readonly ends: () => Promise<string>;
}

/** Connects to a Unix socket's path, or a port of 127.0.0.1. */
export function wireTo(to: string | number): Wire {
  const socket = typeof to === 'string' ? connect({ path: to }) : connect({ port: to, host: '127.0.0.1' });
  const chunks: Buffer[] = [];
  const heard = () => Buffer.concat(chunks).toString('latin1');
  const listeners = new Set<() => void>();
  const call = () => {
    for (const listener of listeners) listener();
  };
  let ended = false;
  const end = () => {
    ended = true;
    call();
  };
  socket.on('error', end).on('end', end).on('close', end);
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    call();
  });
  const waitFor = (done: () => boolean, trouble: string) =>
    within(
      new Promise<string>((resolve) => {
        const look = () => {
          if (!done()) return;
          listeners.delete(look);
          resolve(heard());
        };
        listeners.add(look);
        look();
      }),
      trouble,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; heard ${JSON.stringify(heard().slice(0, 500))}`);
    });
  return {
    socket,
    heard,
    bytes: () => Buffer.concat(chunks),
    write: (bytes) => void socket.write(bytes),
    hears: (what) =>
      waitFor(() => (typeof what === 'string' ? heard().includes(what) : what.test(heard())), `did not hear ${what}`),
    ends: () => waitFor(() => ended, 'the connection did not end'),
  };
}

/** Sends bytes and gives all that comes back until the end. */
export async function ask(to: string, bytes: string | Uint8Array): Promise<string> {
  const wire = wireTo(to);
  wire.write(bytes);
  const answer = await wire.ends();
  wire.socket.destroy();
  return answer;
}

/** A CONNECT that names the same host and port twice, as clients do. */
export function connectTo(target: string, headers = ''): string {
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${headers}\r\n`;
}
