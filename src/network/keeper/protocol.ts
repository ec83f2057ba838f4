import type { Rule } from '../policy/policy.ts';
import type { BrokeredSecret, Decision, ForwardSocket, GatewayBox, LiveRule, Upstream } from '../protocol.ts';

/**
 * What agentbox's commands say to a client's keeper, over a Unix socket that only the user can open: one JSON object a
 * line. Every request has an `id` that its reply repeats; events come between replies on a connection that watches.
 */

/** A box as a launcher asks for it; the keeper makes the certificate. */
export type NewBox = Omit<GatewayBox, 'tls' | 'brokered'> & { readonly brokered: readonly KeptSecret[] };

/** A brokered secret, and how the keeper gets a newer value; `renew` is an argv of the host, run without a shell. */
export interface KeptSecret extends BrokeredSecret {
  readonly renew?: { readonly command: readonly string[] } | { readonly adc: string } | undefined;
  /** Milliseconds since 1970, where known. */
  readonly expires?: number | undefined;
}

export type KeeperRequest =
  | { readonly op: 'hello'; readonly version: string }
  /** Answered when the gateway has acknowledged it: the box may start. */
  | {
      readonly op: 'add';
      readonly box: NewBox;
      readonly upstream: Upstream | undefined;
      readonly authorities: string;
    }
  | { readonly op: 'remove'; readonly name: string }
  | { readonly op: 'show' }
  | { readonly op: 'allow' | 'deny'; readonly rule: Rule; readonly box: string | undefined }
  /** Takes live rules of that text away. */
  | { readonly op: 'forget'; readonly text: string; readonly box: string | undefined }
  /** `asks`: somebody can answer, so that the gateway is to hold what it would refuse. */
  | { readonly op: 'watch'; readonly asks: boolean }
  | { readonly op: 'answer'; readonly held: string; readonly verdict: 'allow' | 'deny' }
  /** What was blocked in a box, for the end of a run. */
  | { readonly op: 'summary'; readonly name: string }
  /** A newer agentbox takes over: this keeper ends and leaves the gateway as it is. */
  | { readonly op: 'retire' }
  /** Gateway and keeper end now (`client rm`); `idle`: unless a box is there or somebody else is connected (`prune`). */
  | { readonly op: 'stop'; readonly idle?: boolean };

export type Request = KeeperRequest & { readonly id: number };

/** A box as `show` tells of it; no secret's value. */
export interface ShownBox {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly brokered: readonly { readonly name: string; readonly hosts: readonly string[] }[];
  readonly forwards: readonly Omit<ForwardSocket, 'socket'>[];
}

/** What was blocked, most often first. */
export interface Blocked {
  readonly host: string;
  readonly port: number;
  readonly reason: string;
  /** Of a forwarded service: the address that a rule would have to open. */
  readonly address?: string | undefined;
  readonly count: number;
}

export interface Replies {
  readonly hello: { readonly version: string; readonly gatewayImage: string };
  /** PEM of the authority that the box is to trust; undefined when nothing is brokered. */
  readonly add: { readonly revision: number; readonly authority: string | undefined };
  readonly remove: Record<string, never>;
  readonly show: {
    readonly boxes: readonly ShownBox[];
    readonly live: readonly LiveRule[];
    readonly upstream: string | undefined;
    readonly gateway: string;
  };
  readonly allow: { readonly revision: number };
  readonly deny: { readonly revision: number };
  readonly forget: { readonly removed: number };
  readonly watch: Record<string, never>;
  readonly answer: Record<string, never>;
  readonly summary: { readonly blocked: readonly Blocked[] };
  readonly retire: Record<string, never>;
  readonly stop: { readonly stopped: boolean };
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: Replies[keyof Replies] }
  /** `trouble` as in UserError; words without secrets. */
  | {
      readonly id: number;
      readonly ok: false;
      readonly trouble: string;
      readonly message: string;
      readonly why?: string | undefined;
      readonly next?: readonly string[] | undefined;
    };

/** On a connection that watches. */
export type KeeperEvent =
  | { readonly event: 'decision'; readonly decision: Decision }
  | { readonly event: 'held'; readonly held: string; readonly decision: Decision }
  /** Somebody answered, or the time was up. */
  | { readonly event: 'settled'; readonly held: string; readonly verdict: 'allow' | 'deny' };

/** What a keeper is started with, as JSON on its standard input; it holds no secret. */
export interface KeeperStart {
  readonly client: string;
  /** Docker's or podman's endpoint and kind, as EngineFacts has them. */
  readonly engine: { readonly kind: 'docker' | 'podman'; readonly endpoint: string };
  readonly gatewayImage: string;
  /** Path of the socket to listen on. */
  readonly socket: string;
}
