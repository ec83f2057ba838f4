import type { Agent } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { KeptSecret } from '../network/keeper/protocol.ts';

/** What the gateway needs to put a value into requests, while the box has the placeholder. */
export interface Brokering {
  readonly placeholder: string;
  readonly hosts: readonly string[];
  /** Where the box trades it; the gateway answers there with the placeholder. */
  readonly tokenHost?: string;
  readonly renew: KeptSecret['renew'];
}

/** Of a value: how the gateway puts it in, else why it does not though it was to. */
interface Brokerable {
  readonly value: string;
  readonly broker?: Brokering | undefined;
  readonly unbrokered?: string | undefined;
}

/** One credential of a run. `source` is in words; `expires` in milliseconds since 1970, undefined when not known. */
export type Resolved = {
  readonly name: string;
  readonly source: string;
  readonly expires: number | undefined;
} & (
  | ({ readonly delivery: 'env' } & Brokerable)
  | ({
      readonly delivery: 'file';
      readonly path: string;
      readonly when: 'once' | 'always';
      /** What the file holds in the box, where the value stays outside. */
      readonly content?: string;
      /** A note of agentbox's own that goes with it (sharedMark.ts). */
      readonly note?: { readonly path: string; readonly content: string };
    } & Brokerable)
  /** A header of the provider's requests; it reaches the agent in the way the agent takes headers. */
  | ({ readonly delivery: 'header'; readonly header: string } & Brokerable)
  /** Already in the client's state; agentbox leaves it alone. */
  | { readonly delivery: 'kept'; readonly path: string }
);

/** The credentials of a run, and what the user should know of them. */
export interface Resolution {
  readonly credentials: readonly Resolved[];
  readonly notices: readonly string[];
}

/** Variables for the box that are not credentials, by where they come from; the later wins. */
export interface BoxEnv {
  readonly file: Readonly<Record<string, string>>;
  readonly profile: Readonly<Record<string, string>>;
  readonly flags: Readonly<Record<string, string>>;
}

/** No variable at all. */
export const NO_ENV: BoxEnv = { file: {}, profile: {}, flags: {} };

/** Whose credentials: what every step of resolving needs to know. */
export interface CredentialRequest {
  readonly profile: Profile;
  readonly agent: Agent;
  readonly env: BoxEnv;
  /** Put in again what the client's state already has. */
  readonly fresh: boolean;
}
