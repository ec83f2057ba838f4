import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Refusal, Rule } from '../policy/policy.ts';

/** Why a request is not served: the policy's refusals, what a box did wrong, and what went wrong on the way. */
export type Reason =
  | Refusal
  /** The request is malformed, or says two different things. */
  | 'bad-request'
  /** Other bytes than a ClientHello, where TLS is demanded. */
  | 'not-tls'
  /** The ClientHello names another host than the CONNECT did, or none. */
  | 'name-mismatch'
  /** The ClientHello hides the name of its host (ECH). */
  | 'encrypted-hello'
  /** No address takes the connection, or it broke before an answer. */
  | 'unreachable'
  | 'timeout'
  /** The company's proxy refused. */
  | 'upstream'
  /** What is needed for it is not here now, such as the value of a brokered secret. */
  | 'not-ready'
  /** A limit of the box or of the gateway is reached. */
  | 'busy'
  /** Where the gateway gives access tokens in the host's place, another request than for one of them. */
  | 'tokens-only';

const STATUS: Readonly<Record<Reason, number>> = {
  'not-allowed': 403,
  denied: 403,
  'bad-name': 403,
  'refused-address': 403,
  unresolved: 502,
  'bad-request': 400,
  'not-tls': 403,
  'name-mismatch': 403,
  'encrypted-hello': 403,
  unreachable: 502,
  timeout: 504,
  upstream: 502,
  'not-ready': 503,
  busy: 503,
  'tokens-only': 403,
};

const WORDS: Readonly<Record<Reason, string>> = {
  'not-allowed': 'no rule allows it',
  denied: 'a rule denies it',
  'bad-name': 'this is not the name of a host',
  'refused-address': 'its address is private, local or reserved, and no rule opens that address at this port',
  unresolved: 'the name has no address',
  'bad-request': 'the request is malformed',
  'not-tls': 'only TLS may go to this port',
  'name-mismatch': 'the TLS server name is not the host of the CONNECT',
  'encrypted-hello': 'the TLS server name is encrypted (ECH)',
  unreachable: 'the host cannot be reached',
  timeout: 'the host did not answer in time',
  upstream: "there is no way through the company's proxy",
  'not-ready': 'the gateway is not ready for this',
  busy: 'the gateway has too much to do for this box',
  'tokens-only': 'for this box the gateway answers here, and only with an access token for the placeholder of one',
};

/** What a refusal is about, as far as it is known. */
export interface About {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** The rule that decided. */
  readonly rule?: Rule | undefined;
  /** The text of the rule that would allow it, where a rule could. */
  readonly ask?: string | undefined;
  /** The address that is refused, of a name. */
  readonly address?: string | undefined;
  /** More for people; no secret, no line break. */
  readonly detail?: string | undefined;
}

/** A request that is not served. */
export class Refused extends Error {
  readonly reason: Reason;
  readonly about: About;

  constructor(reason: Reason, about: About = {}) {
    super(reason);
    this.reason = reason;
    this.about = about;
  }
}

/** The answer that tells a box why, and what to ask its user for. `phrase` fits a status line. */
interface RefusalAnswer {
  readonly status: number;
  readonly phrase: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes the answer to a refused request. Pure. */
function refusalAnswer({ reason, about }: Refused): RefusalAnswer {
  const { host, port, ask } = about;
  const what = host === undefined ? 'this request' : `${host}${port === undefined ? '' : ` port ${port}`}`;
  const more = [about.rule && `Rule: ${about.rule.text} (${about.rule.from}).`, about.detail].filter(Boolean);
  const next =
    ask === undefined
      ? []
      : [
          'The user decides what this box may reach. If you need it, ask your user to run this on the host:',
          `  agentbox net allow ${ask}`,
          'and try again.',
        ];
  const body = `${[`agentbox: ${what} is refused: ${WORDS[reason]}.`, ...more, ...next].join('\n')}\n`;
  const status = STATUS[reason];
  return {
    status,
    phrase: `${STATUS_CODES[status]} (agentbox: ${reason}${ask === undefined ? '' : `, agentbox net allow ${ask}`})`,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(body)),
      'X-Agentbox-Refused': reason,
      ...(ask === undefined ? {} : { 'X-Agentbox-Rule': ask }),
    },
    body,
  };
}

/** Answers a CONNECT, or what is no request at all, with the refusal and closes. */
export function refuseRaw(socket: Duplex, refused: Refused): void {
  const { status, phrase, headers, body } = refusalAnswer(refused);
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  endPolitely(socket, `HTTP/1.1 ${status} ${phrase}\r\n${lines.join('')}\r\n${body}`);
}

/** Answers a request with the refusal; cuts the connection when an answer has begun. */
export function refuseRequest(response: ServerResponse, refused: Refused): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, phrase, headers, body } = refusalAnswer(refused);
  response.writeHead(status, phrase, { ...headers, Connection: 'close' });
  response.end(body);
}

/** Writes the last words to a socket and closes it, also when the other side never does. */
export function endPolitely(socket: Duplex, words: string | Buffer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const cut = setTimeout(() => socket.destroy(), 1000);
  socket.once('close', () => clearTimeout(cut));
  socket.resume();
  socket.end(words);
}
