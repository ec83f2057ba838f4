import { connect, isIP, type Socket } from 'node:net';
import type { Rule } from '../policy/policy.ts';
import { answerFor, answerForAddress, refusedBy } from './admit.ts';
import type { Authority } from './authority.ts';
import type { Reader } from './carry.ts';
import type { Gateway, LiveBox } from './liveBox.ts';
import { Refused } from './refuse.ts';
import {
  goesDirect,
  securedUpstream,
  tunnelThrough,
  type UpstreamParts,
  upstreamParts,
  upstreamTrouble,
} from './upstream.ts';

/** Gives a connection to a host: resolved, checked, through the company's proxy where there is one. Throws Refused. */
export type Dial = (host: string, port: number) => Promise<Socket>;

/** A connection to a host; without an address the company's proxy has resolved the name. */
export interface Dialled {
  readonly socket: Socket;
  readonly address: string | undefined;
  /** Where its bytes go, when one was given and is used: the socket is paused then. */
  readonly reader: Reader | undefined;
}

/** The company's proxy that a box's connection goes through; undefined: it goes directly. Throws Refused. */
export function upstreamFor({ config, state }: LiveBox, to: Authority): UpstreamParts | undefined {
  const { upstream } = state;
  if (upstream === undefined || Object.hasOwn(config.hosts, to.host) || goesDirect(upstream, to)) return undefined;
  return upstreamParts(upstream);
}

/** Opens a tunnel to a host on behalf of a box that may reach it by name. Throws Refused. */
export async function dial(
  gateway: Gateway,
  box: LiveBox,
  to: Authority,
  extra: readonly Rule[],
  reader?: Reader,
): Promise<Dialled> {
  const upstream = upstreamFor(box, to);
  if (upstream === undefined) {
    const found = await dialFirst(gateway, await checkedAddresses(gateway, box, to, extra), to, reader);
    return { ...found, reader };
  }
  const socket = await dialUpstream(gateway, box, upstream, to, extra);
  return {
    socket: await tunnelThrough(socket, upstream, to, gateway.limits.connectMs),
    address: undefined,
    reader: undefined,
  };
}

/** Connects to the company's proxy, to send it something for a host that the box may reach by name. Throws Refused. */
export async function dialUpstream(
  gateway: Gateway,
  box: LiveBox,
  upstream: UpstreamParts,
  to: Authority,
  extra: readonly Rule[],
): Promise<Socket> {
  const answer = answerFor(gateway, box, to, extra);
  if (answer.verdict === 'deny') throw refusedBy(answer, to);
  // Names are the proxy's to resolve, but an address is checked here as always.
  if (isIP(to.host) !== 0) await checkedAddresses(gateway, box, to, extra);
  const own = { hosts: {}, dns: [], slots: box.slots };
  const trouble = (what: string) => (error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    throw upstreamTrouble(`${what}${error.about.detail === undefined ? '' : ` (${error.about.detail})`}`, to);
  };
  const addresses = await gateway.resolution.addresses(upstream.host, own).catch(trouble('it has no address'));
  const at = { host: upstream.host, port: upstream.port };
  const { socket } = await dialFirst(gateway, addresses, at).catch(trouble('it cannot be reached'));
  return securedUpstream(socket, upstream, box.state.authorities, to);
}

/** The addresses of a host that the policy lets the box dial, of which there is at least one. Throws Refused. */
async function checkedAddresses(
  gateway: Gateway,
  box: LiveBox,
  to: Authority,
  extra: readonly Rule[],
): Promise<readonly string[]> {
  const addresses = await gateway.resolution.addresses(to.host, { ...box.config, slots: box.slots });
  const answers = addresses.map((address) => answerForAddress(gateway, box, { ...to, address }, extra));
  // What is no address would be looked up once more.
  const allowed = addresses.filter((address, index) => isIP(address) !== 0 && answers[index]?.verdict === 'allow');
  if (allowed.length > 0) return allowed;
  const at = answers.findIndex((answer) => answer.verdict === 'deny');
  const refusal = answers[at];
  if (refusal?.verdict !== 'deny') throw new Refused('unresolved', to);
  if (to.host === addresses[0]) throw refusedBy(refusal, to);
  const address = refusal.reason === 'refused-address' ? addresses[at] : undefined;
  throw refusedBy(refusal, to, { detail: `It resolves to ${addresses.join(', ')}.`, address });
}

async function dialFirst(
  { limits }: Gateway,
  addresses: readonly string[],
  to: Authority,
  reader?: Reader,
): Promise<{ readonly socket: Socket; readonly address: string }> {
  const end = performance.now() + limits.connectMs;
  let trouble = new Refused('unreachable', to);
  for (const [index, address] of addresses.entries()) {
    const left = end - performance.now();
    if (left <= 0) break;
    try {
      const ms = index === addresses.length - 1 ? left : Math.min(left, limits.attemptMs);
      return { socket: await connectTo(address, to, ms, reader), address };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      trouble = error;
    }
  }
  throw trouble;
}

function connectTo(address: string, to: Authority, ms: number, reader?: Reader): Promise<Socket> {
  const { port } = to;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      autoSelectFamily: false,
      ...(reader && { onread: reader.onread }),
    });
    // A reader's bytes must not come before there is somebody to take them.
    if (reader) socket.pause();
    const fail = (refused: Refused) => {
      socket.destroy();
      reject(refused);
    };
    const timer = setTimeout(() => fail(new Refused('timeout', to)), ms);
    socket.once('close', () => clearTimeout(timer));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      fail(new Refused('unreachable', { ...to, detail: error.code && `The connection failed: ${error.code}.` }));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
