/** What the program in the box can try; see support/insideProbes.mjs. Text stands for its latin1 bytes. */
export type Probe =
  | { readonly kind: 'raw'; readonly pieces: readonly string[]; readonly pause?: number }
  | { readonly kind: 'through'; readonly to: string; readonly pieces: readonly string[]; readonly pause?: number }
  | {
      readonly kind: 'tls';
      readonly to: string;
      readonly name: string | null;
      readonly ask: string;
      readonly headers?: string;
    }
  | {
      readonly kind: 'hello';
      readonly to: string;
      readonly name: string | null;
      readonly shape?: 'ech' | 'esni' | 'twice' | 'records' | 'tiny records';
      /** Bytes at a time. */
      readonly step?: number;
    }
  | { readonly kind: 'direct'; readonly host: string; readonly port: number; readonly send?: string }
  | { readonly kind: 'udp'; readonly host: string; readonly port: number; readonly hex: string }
  | { readonly kind: 'shell'; readonly run: string };

/** Something that must be refused, and what is the same but for the one thing it is refused for, which must pass. */
export interface Attack {
  readonly what: string;
  /** `id` is asked for in paths, so that hosts tell who reached them. */
  readonly probe: (id: string) => Probe;
  readonly twin: (id: string) => Probe;
}

/** What came of a probe. */
export interface Outcome {
  /** What was heard, in latin1. */
  readonly text: string;
  /** How it ended: `end`, `closed`, `limit`, an error's code, or an exit code. */
  readonly ended: string;
}

/** The names and addresses that attacks are about. */
export interface Targets {
  /** A host that is allowed on 443 and 80, by name. */
  readonly good: string;
  readonly goodAddress: string;
  /** A host that no rule covers, at an address that no rule covers. */
  readonly evil: string;
  readonly evilAddress: string;
  /** An address in the allowed range that a deny rule takes out. */
  readonly deniedAddress: string;
  /** Addresses by which this machine may be reached. */
  readonly machine: readonly string[];
  /** The lab's name server. */
  readonly dns: string;
}

/** A request for `/id` in a tunnel to a host. */
export const ask = (host: string, id: string) => `GET /${id} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** TLS as any program does it: CONNECT and server name are those of the host. */
export const https =
  (host: string, to = `${host}:443`) =>
  (id: string): Probe => ({
    kind: 'tls',
    to,
    name: /^[\d.]+$|\[/.test(host) ? null : host,
    ask: ask(host, id),
  });

/** Bytes to the relay, in one piece. */
export const raw = (text: string): Probe => ({ kind: 'raw', pieces: [text] });

/** A text as its UTF-8 bytes, in latin1. */
export const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** A plain request through a proxy. */
export const plain = (url: string, host: string, more = '') =>
  `GET ${url} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;
