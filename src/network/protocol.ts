import type { Tokens } from '../usage/tokens.ts';
import type { Policy, Rule } from './policy/policy.ts';

/**
 * What keeper and gateway say to each other: one JSON object a line, in both directions, over `exec -i` in the gateway's
 * container. Inside the gateway the holder passes the same lines to its proxy and back.
 */

/** Everything a gateway knows. It is always sent whole, so that a lost line or a new gateway needs no other care. */
export interface GatewayState {
  readonly format: 1;
  readonly boxes: readonly GatewayBox[];
  /** Rules that `agentbox net` added while boxes run, before those of each box. */
  readonly live: readonly LiveRule[];
  /** The company's proxy that all traffic goes through; undefined: directly. */
  readonly upstream: Upstream | undefined;
  /** Authorities (PEM) of this machine that are trusted besides the usual ones. */
  readonly authorities: string;
  /** Somebody follows `net watch`: what would be refused is held for an answer. */
  readonly watched: boolean;
}

/** A box that the gateway serves. Its socket is its identity: whoever can name that file is that box. */
export interface GatewayBox {
  /** The name of its container. */
  readonly name: string;
  /** The name of the agent in it. */
  readonly agent?: string | undefined;
  /** File name of its socket: 32 hex digits that nobody can guess. */
  readonly socket: string;
  readonly policy: Policy;
  /** TCP services that it finds on its own loopback, each by a socket of its own; absent: none. */
  readonly forwards?: readonly ForwardSocket[] | undefined;
  /** Names with addresses of the user's choice (`--engine-arg add-host=…`), lower case. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Name servers in the place of the engine's, as `address` or `address:port`; empty: the engine's. */
  readonly dns: readonly string[];
  readonly brokered: readonly BrokeredSecret[];
  /** Certificate and key for the hosts of `brokered`, by an authority that only this box trusts; PEM. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
}

/** A socket of a box that leads to one place alone. */
export interface ForwardSocket {
  /** As `socket` of the box. */
  readonly socket: string;
  readonly host: string;
  readonly port: number;
  /** Where the box listens for it, on its loopback. */
  readonly boxPort: number;
}

/** A secret that the box has a placeholder of. */
export interface BrokeredSecret {
  /** The credential's name. */
  readonly name: string;
  readonly placeholder: string;
  readonly value: string;
  /** The only hosts that get the value, over TLS: `host` (port 443) or `host:port`, exact. */
  readonly hosts: readonly string[];
  /** Where the box trades the placeholder for an access token: the gateway answers there itself, with the placeholder. */
  readonly tokenHost?: string | undefined;
  /** Absent: the placeholder is replaced wherever it stands in a header. */
  readonly sign?: SigV4Key | undefined;
}

/** Requests to AWS are signed anew with this key; the box signs with a placeholder. */
interface SigV4Key {
  readonly kind: 'sigv4';
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
}

/** A rule for all boxes of the client, or for one. */
export interface LiveRule {
  readonly id: string;
  readonly rule: Rule;
  /** The name of a box; undefined: all. */
  readonly box: string | undefined;
}

/** A company's proxy, with its login in the address where it needs one. */
export interface Upstream {
  readonly url: string;
  /** Hosts that are reached directly, as in NO_PROXY. */
  readonly direct: readonly string[];
}

/** From the keeper. */
export type ToGateway =
  | { readonly op: 'state'; readonly revision: number; readonly state: GatewayState }
  /** What is held goes on, or is refused. */
  | { readonly op: 'answer'; readonly held: string; readonly verdict: 'allow' | 'deny' }
  /** For a keeper that has started anew: what is known? Answered by `known`. */
  | { readonly op: 'get' }
  | { readonly op: 'stop' };

/** From the gateway. */
export type FromGateway =
  /** The first line on a connection. `revision` is 0 when there is no state yet. */
  | { readonly event: 'hello'; readonly version: string; readonly revision: number }
  /** The state of that revision is in force: sockets listen, rules count. */
  | { readonly event: 'ack'; readonly revision: number }
  | { readonly event: 'known'; readonly revision: number; readonly state: GatewayState | undefined }
  /** The proxy was started, or has died and will be started again; a state that was in force is given to it again. */
  | { readonly event: 'proxy'; readonly up: boolean; readonly why: string | undefined }
  /** The self-test of a start failed: nothing is served. */
  | { readonly event: 'unfit'; readonly why: string }
  | { readonly event: 'decision'; readonly decision: Decision }
  /** An allowed connection has ended. */
  | { readonly event: 'closed'; readonly id: string; readonly up: number; readonly down: number; readonly ms: number }
  | { readonly event: 'held'; readonly held: string; readonly decision: Decision }
  /** A host answered 401 or 403 to a brokered secret: it may have expired. */
  | { readonly event: 'rejected'; readonly box: string; readonly name: string; readonly status: number }
  | { readonly event: 'carried'; readonly carried: Carried };

/** What a model's reply, which the gateway carried, said that it took; nothing else of it is kept. */
export interface Carried {
  readonly box: string;
  /** The agent in the box, where it is known. */
  readonly agent: string | undefined;
  /** ISO 8601. */
  readonly time: string;
  readonly host: string;
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly tokens: Tokens | undefined;
  /** Why it could not be read, when it could not. */
  readonly unread?: string;
}

/** One decision. */
export interface Decision {
  /** Tells this connection from all others of the gateway. */
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly box: string;
  readonly host: string;
  readonly port: number;
  readonly kind: 'connect' | 'http' | 'forward';
  readonly verdict: 'allow' | 'deny';
  /** The text of the rule that decided. */
  readonly rule: string | undefined;
  /** Why it was refused: a Refusal of the policy, or what went wrong on the way. */
  readonly reason: string | undefined;
  /** The address that a rule would have to open, where that is why. */
  readonly address?: string | undefined;
}

/** The line of network.jsonl; `up` and `down` are bytes, absent for what was refused. */
export type LogLine = Omit<Decision, 'id'> & {
  readonly up?: number;
  readonly down?: number;
  readonly ms?: number;
};

/** Where the gateway's volume lies in boxes and in the gateway. Entering is allowed, listing is not. */
export const SOCKETS = '/run/agentbox-gateway';
/** Where the relay of a box listens. */
export const RELAY_PORT = 17080;
/** The control socket in the gateway's own memory. */
export const CONTROL_SOCKET = '/run/agentbox/control.sock';
/** Longest line either side takes, in bytes; a state of many boxes is long. */
export const LINE_LIMIT = 32 * 1024 * 1024;
/** Milliseconds that a refusal is held for an answer while somebody watches. */
export const HOLD_LIMIT = 20_000;
