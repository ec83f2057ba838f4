import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Policy } from '../policy/policy.ts';
import type { FromGateway, GatewayState, ToGateway } from '../protocol.ts';
import { readLines, sendLine } from './lines.ts';
import { probesOf } from './selfTestProbes.ts';
import { listener } from './testListener.ts';

/** The proxy; see runProxy. */
export type RunProxy = (how: {
  readonly input: Readable;
  readonly output: Writable;
  readonly sockets: string;
  readonly now: () => number;
}) => Promise<void>;

/** Milliseconds for all of it. */
const LIMIT = 5_000;
/** Milliseconds that the proxy has to end afterwards. */
const CLOSING = 500;
const BOX = '0123456789abcdef0123456789abcdef';

/**
 * The short form of the attacks that `agentbox verify` makes, against the proxy itself before it serves anybody: a box that may reach
 * one address and port and nothing else. What went wrong, or undefined when the proxy is fit.
 */
export async function selfTest(runProxy: RunProxy, limit = LIMIT): Promise<string | undefined> {
  const sockets = await mkdtemp(join(tmpdir(), 'self-test-'));
  const [allowed, other] = await Promise.all([listener(), listener()]);
  const [input, output] = [new PassThrough(), new PassThrough()];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`the self-test took longer than ${limit / 1000} s`), limit);
  });
  const running = runProxy({ input, output, sockets, now: Date.now });
  const test = async () => {
    await acknowledged(input, output, stateFor(allowed.port));
    const socket = join(sockets, BOX);
    const failed = await Promise.all(
      probesOf(allowed, other).map(async (probe) => ((await probe.passes(socket)) ? [] : [probe.name])),
    );
    const wrong = failed.flat();
    if (other.connections() > 0) wrong.push('a port that was not allowed was reached');
    return wrong.length === 0 ? undefined : wrong.join('; ');
  };
  try {
    return await Promise.race([test(), late, running.then(() => 'the proxy ended by itself')]);
  } catch (error) {
    return `the self-test broke: ${error instanceof Error ? error.message : error}`;
  } finally {
    clearTimeout(timer);
    input.end();
    allowed.close();
    other.close();
    // One that does not end is wrong, and was found so.
    await Promise.race([running.catch(() => {}), sleep(CLOSING)]);
    await rm(sockets, { recursive: true, force: true });
  }
}

async function acknowledged(input: Writable, output: Readable, state: GatewayState): Promise<void> {
  const message: ToGateway = { op: 'state', revision: 1, state };
  const ack = new Promise<void>((resolve) => {
    const onLine = (line: string) => {
      if ((JSON.parse(line) as FromGateway).event === 'ack') resolve();
    };
    void readLines(output, onLine).catch(() => {});
  });
  sendLine(input, message);
  await ack;
}

function stateFor(port: number): GatewayState {
  const text = `127.0.0.1:${port}`;
  const target = { kind: 'range', address: '127.0.0.1', prefix: 32, ports: [port] } as const;
  const policy: Policy = { rules: [{ verdict: 'allow', target, text, from: 'self-test' }] };
  const box = { name: 'self-test', socket: BOX, policy, hosts: {}, dns: [], brokered: [], tls: undefined };
  return { format: 1, boxes: [box], live: [], upstream: undefined, authorities: '', watched: false };
}
