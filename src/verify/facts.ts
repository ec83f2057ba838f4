import type { BoxSpec, EngineKind } from '../plan/spec.ts';
import type { Canary } from './canary.ts';

/** What the probes of one box depend on; plain data. */
export interface VerifyFacts {
  readonly engine: EngineKind;
  readonly platform: NodeJS.Platform;
  /** gVisor shows a kernel of its own. */
  readonly gvisor: boolean;
  readonly network: 'gateway' | 'none' | 'open';
  readonly box: BoxSpec;
  /** Paths of the host that no box may see, with what they are. */
  readonly hidden: readonly HiddenPath[];
  /** Sockets of engines, by their paths on the host. */
  readonly sockets: readonly string[];
  readonly listener: Listening;
  readonly canary: Canary;
}

/** A path of the host that no box may see. */
export interface HiddenPath {
  readonly what: string;
  readonly path: string;
}

/** The listener of verify's own on the host. */
export interface Listening {
  /** Whoever writes this to it is told the answer. */
  readonly token: string;
  readonly answer: string;
  /** The port that no rule names, and the one that the rules of the box allow. */
  readonly closed: number;
  readonly open: number;
  /** The one by which the gateway reaches it, or may. */
  readonly through: string;
  /** Addresses by which the host may be reached; `answers`: it did, from the host itself. */
  readonly addresses: readonly { readonly address: string; readonly answers: boolean }[];
}
