/** What the boxes of a client may reach: plain data, evaluated on the host (`net check`) and in the gateway alike. */

export type Verdict = 'allow' | 'deny';

/** What a rule is about. Ports are undefined for the usual two, 443 and 80. */
export type Target =
  | { readonly kind: 'host'; readonly host: string; readonly ports: readonly number[] | undefined }
  /** `*.domain`: every name below it, at any depth, but not the domain itself. */
  | { readonly kind: 'below'; readonly domain: string; readonly ports: readonly number[] | undefined }
  /** An address or a range; `host` rules never open an address that is refused by default, these do. */
  | {
      readonly kind: 'range';
      readonly address: string;
      readonly prefix: number;
      readonly ports: readonly number[] | undefined;
    }
  /** `*`: every name; addresses that are refused by default stay refused. */
  | { readonly kind: 'any'; readonly ports: readonly number[] | undefined };

/** One rule, with the words it came in and where they stand. */
export interface Rule {
  readonly verdict: Verdict;
  readonly target: Target;
  /** As the user or the data has it: `github.com`, `*.corp.test:8443`, `10.0.0.0/8`. */
  readonly text: string;
  /** For people: `claude`, `preset npm`, `config`, `--allow`, `net allow`. */
  readonly from: string;
  /** Milliseconds since 1970 after which it counts no more; undefined: as long as the box. */
  readonly until?: number | undefined;
}

/** All rules of a box. What no rule covers is denied. */
export interface Policy {
  readonly rules: readonly Rule[];
}

/** Why something is refused; data for programs, words are made from it. */
export type Refusal =
  /** No rule covers it. */
  | 'not-allowed'
  /** A deny rule covers it. */
  | 'denied'
  /** The name is no name: bad characters, an address in disguise, too long. */
  | 'bad-name'
  /** The address, or every address of the name, is private, local or the like, and no rule names it. */
  | 'refused-address'
  | 'unresolved';

/** The answer of a policy. `rule` is the one that decided, where one did. */
export type Answer =
  | { readonly verdict: 'allow'; readonly rule: Rule }
  | { readonly verdict: 'deny'; readonly reason: Refusal; readonly rule?: Rule | undefined };
