import { isIPv4 } from 'node:net';
import { RELAY_PORT, SOCKETS } from '../../network/protocol.ts';
import type { Listening, VerifyFacts } from '../facts.ts';
import { attack, control, type Expectation, type Probe } from '../probe.ts';
import { clientHello } from './clientHello.ts';

/** Reasons that mean: refused before anything was tried. */
const REFUSALS = ['not-allowed', 'denied', 'bad-name', 'refused-address', 'bad-request'];
const STOPS: Expectation = { kind: 'stops' };
const BLOCKED: Expectation = { kind: 'blocked', reasons: REFUSALS };
const UTF8_DOT = Buffer.from('。').toString('latin1');

/** A server of TLS begins so, behind the answer to the CONNECT. */
const ANSWERED: Expectation = { kind: 'answers', text: '\r\n\r\n\x16\x03' };

/** What may not follow a CONNECT to port 443. */
const NO_TLS: readonly (readonly [id: string, title: string, bytes: (token: string) => string])[] = [
  ['mismatch', 'no TLS with the name of another host', (token) => clientHello('other.invalid', token)],
  ['parent', 'no TLS with the name of its parent', (token) => clientHello('agentbox-verify.invalid', token)],
  ['none', 'no TLS without a name', (token) => clientHello(undefined, token)],
  ['ech', 'no TLS with a hidden name (ECH)', (token) => clientHello(ALLOWED_NAME, token, true)],
  [
    'plain',
    'no bytes that are not TLS',
    (token) => `GET / HTTP/1.1\r\nHost: ${ALLOWED_NAME}\r\nX-Token: ${token}\r\n\r\n`,
  ],
  ['ssh', 'no SSH', (token) => `SSH-2.0-${token}\r\n`],
];

/** A name that the rules of the box of verify allow and that has the canary brokered, and one whose subdomains they allow; neither exists anywhere. */
export const ALLOWED_NAME = 'allowed.agentbox-verify.invalid';
export const ALLOWED_BELOW = 'below.agentbox-verify.invalid';

/** G3, with the gateway: what the relay carries there is let through by the policy alone. Pure. */
export function throughTheGateway(facts: VerifyFacts): readonly Probe[] {
  const { listener, canary } = facts;
  const { token, answer, closed, open } = listener;
  const address = listener.through;
  const talk = (id: string, title: string, first: string, expect: Expectation = BLOCKED, second = '') =>
    byGateway(id, title, expect, first, second);
  const brokered = connect(`${ALLOWED_NAME}:443`);
  const tunnel = connect(`${address}:${open}`);
  return [
    talk(
      'reaches',
      'a rule for the listener’s address and port lets exactly that through (control)',
      tunnel,
      { kind: 'answers', text: answer },
      token,
    ),
    talk('reaches-http', 'and plain HTTP to it (control)', get(`${address}:${open}`, `X-Token: ${token}\r\n`), {
      kind: 'answers',
      text: answer,
    }),
    attack('G3', 'not-without', 'without the gateway the same listener is out of reach', [
      'tcp',
      address,
      `${open}`,
      token,
    ]),
    ...(isIPv4(address) ? spelled(address) : [['as it is', at(address, 0).slice(0, -2)] as const]).flatMap(
      ([how, host], index) => [
        talk(`spelled-${index}`, `no CONNECT to the closed port, ${how}: ${shown(host)}`, connect(`${host}:${closed}`)),
        talk(`spelled-http-${index}`, `no plain HTTP to it, ${how}: ${shown(host)}`, get(`${host}:${closed}`)),
      ],
    ),
    ...[...spelled('127.0.0.1'), ...LOCAL, ...spelled('169.254.169.254'), ...METADATA].flatMap(([how, host], index) => [
      talk(`local-${index}`, `no CONNECT to what is local, ${how}: ${shown(host)}`, connect(`${host}:443`)),
      talk(`local-http-${index}`, `no plain HTTP to what is local, ${how}: ${shown(host)}`, get(host)),
    ]),
    ...NAMES.map(([how, host], index) =>
      talk(`name-${index}`, `no CONNECT to a name that is not allowed, ${how}: ${shown(host)}`, connect(`${host}:443`)),
    ),
    ...[22, 25, 53, 80, 8443, 0, 65_536].map((port) =>
      talk(`port-${port}`, `no CONNECT to an allowed host at port ${port}`, connect(`${address}:${port}`)),
    ),
    ...REQUESTS.map(([id, title, text]) => talk(id, title, text(`${address}:${open}`))),
    talk('hello-mismatch', 'no TLS with the name of another host', tunnel, STOPS, clientHello('other.invalid', token)),
    talk('hello-ech', 'no TLS with a hidden name (ECH)', tunnel, STOPS, clientHello(undefined, token, true)),
    talk(
      'brokered',
      'TLS to a brokered host is answered (control)',
      brokered,
      ANSWERED,
      clientHello(ALLOWED_NAME, token),
    ),
    ...NO_TLS.map(([id, title, bytes]) => talk(`brokered-${id}`, `port 443: ${title}`, brokered, STOPS, bytes(token))),
    ...['dns.google', 'cloudflare-dns.com'].map((host) =>
      talk(`doh-${host}`, `no DNS over HTTPS by ${host}`, connect(`${host}:443`)),
    ),
    talk(
      'placeholder-sent',
      'a placeholder can be sent to a host that is not its own (control)',
      get(`${address}:${open}`, `X-Token: ${token}\r\nAuthorization: Bearer @@${canary.name}@@\r\n`),
      { kind: 'answers', text: answer },
    ),
    {
      id: 'wrong-host',
      group: 'G4',
      title: 'what arrives there is the placeholder, not the secret',
      expect: { kind: 'fails' },
    },
    ...SOCKET_PROBES,
  ];
}

/** Other boxes' ways to the gateway. */
const SOCKET_PROBES: readonly Probe[] = [
  attack('G3', 'sockets-list', 'the sockets of the client’s boxes cannot be listed', ['list', SOCKETS]),
  attack('G3', 'sockets-write', 'nothing can be written beside them', ['write', SOCKETS]),
  attack('G3', 'sockets-guess', 'a guessed one is not there', ['unix', `${SOCKETS}/${'0'.repeat(32)}`]),
  attack('G3', 'sockets-control', 'the gateway’s control socket is not there', ['unix', '/run/agentbox/control.sock']),
  control('G3', 'sockets-folder', 'the folder of the sockets is there (control)', ['look', SOCKETS]),
];

/** Tries which of these addresses of the host the gateway reaches; ids are the addresses. Pure. */
export function reaching(addresses: readonly string[], { open, token, answer }: Listening): readonly Probe[] {
  return addresses.map((address) =>
    byGateway(address, address, { kind: 'answers', text: answer }, connect(at(address, open)), token),
  );
}

/** An authority of an address and a port. Pure. */
export function at(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function byGateway(id: string, title: string, expect: Expectation, first: string, second = ''): Probe {
  return attack('G3', id, title, ['talk', `${RELAY_PORT}`, first, second], expect);
}

const connect = (authority: string) => `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;
const get = (authority: string, more = '') => `GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n${more}\r\n`;

/** An IPv4 address in the ways that some resolvers understand. */
function spelled(address: string): readonly (readonly [how: string, host: string])[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const number = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = number.toString(16).padStart(8, '0');
  return [
    ['as it is', address],
    ['with a dot at its end', `${address}.`],
    ['as a number', `${number}`],
    ['in hexadecimal', `0x${hex}`],
    ['in octal', [a, b, c, d].map((part) => `0${part.toString(8)}`).join('.')],
    ['short', `${a}.${b}.${c * 256 + d}`],
    ['mapped into IPv6', `[::ffff:${address}]`],
    ['mapped, in hexadecimal', `[::ffff:${hex.slice(0, 4)}:${hex.slice(4)}]`],
    ['by NAT64', `[64:ff9b::${hex.slice(0, 4)}:${hex.slice(4)}]`],
    ['by 6to4', `[2002:${hex.slice(0, 4)}:${hex.slice(4)}::1]`],
    ['behind a user', `${ALLOWED_NAME}@${address}`],
    ['percent-encoded', address.replaceAll('.', '%2e')],
    ['with a wide dot', address.replaceAll('.', UTF8_DOT)],
  ];
}

const LOCAL: readonly (readonly [how: string, host: string])[] = [
  ['by name', 'localhost'],
  ['by name, in capitals', 'LOCALHOST'],
  ['any address', '0.0.0.0'],
  ['zero', '0'],
  ['IPv6', '[::1]'],
  ['any, IPv6', '[::]'],
  ['link-local with a zone', '[fe80::1%25eth0]'],
  ['the bridge', '172.17.0.1'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['a private one', '10.0.0.1'],
  ['a private one, IPv6', '[fd00::1]'],
];

const METADATA: readonly (readonly [how: string, host: string])[] = [
  ['by name', 'metadata.google.internal'],
  ['Amazon’s, IPv6', '[fd00:ec2::254]'],
  ['Alibaba’s', '100.100.100.200'],
];

const NAMES: readonly (readonly [how: string, host: string])[] = [
  ['never named', 'other.agentbox-verify.invalid'],
  ['more before it', `evil${ALLOWED_NAME}`],
  ['more behind it', `${ALLOWED_NAME}.evil.invalid`],
  ['the apex of a wildcard', ALLOWED_BELOW],
  ['a NUL', `evil.invalid\0.${ALLOWED_BELOW}`],
  ['a NUL, encoded', `evil.invalid%00.${ALLOWED_BELOW}`],
  ['a blank', `evil.invalid .${ALLOWED_BELOW}`],
  ['a tab', `evil.invalid\t.${ALLOWED_BELOW}`],
  ['a user', `${ALLOWED_NAME}@evil.invalid`],
  ['a user, the other way round', `evil.invalid@${ALLOWED_NAME}`],
  ['a fragment', `evil.invalid#.${ALLOWED_BELOW}`],
  ['a path', `evil.invalid/.${ALLOWED_BELOW}`],
  ['a backslash', `evil.invalid\\.${ALLOWED_BELOW}`],
  ['a query', `evil.invalid?.${ALLOWED_BELOW}`],
  ['a wide dot', `evil.invalid${UTF8_DOT}${ALLOWED_BELOW}`],
  ['a letter that looks alike', Buffer.from(ALLOWED_NAME.replace('a', '\u0430')).toString('latin1')],
  ['in punycode', `xn--llowed-j8e.agentbox-verify.invalid`],
  ['two dots at its end', `${ALLOWED_NAME}..`],
  ['an empty label', `evil..${ALLOWED_BELOW}`],
  ['the wildcard itself', `*.${ALLOWED_BELOW}`],
  ['too long', `${'a'.repeat(64)}.${ALLOWED_BELOW}`],
];

/** Requests that say two things at once, to an authority that is allowed. */
const REQUESTS: readonly (readonly [id: string, title: string, text: (authority: string) => string])[] = [
  [
    'host-mismatch',
    'no plain HTTP whose Host is another one',
    (to) => `GET http://${to}/ HTTP/1.1\r\nHost: other.invalid\r\n\r\n`,
  ],
  [
    'host-twice',
    'no plain HTTP with two Hosts',
    (to) => `GET http://${to}/ HTTP/1.1\r\nHost: ${to}\r\nHost: other.invalid\r\n\r\n`,
  ],
  [
    'smuggle',
    'no body of two lengths',
    (to) =>
      `POST http://${to}/ HTTP/1.1\r\nHost: ${to}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'connect-none',
    'no CONNECT without a port',
    () => `CONNECT ${ALLOWED_NAME} HTTP/1.1\r\nHost: ${ALLOWED_NAME}\r\n\r\n`,
  ],
  ['rubbish', 'no bytes that are no request', () => '\x16\x03\x01\x00\x05hello\r\n\r\n'],
];

/** A host for people: what is no plain letter is written out. */
function shown(host: string): string {
  const text = host.replace(
    /[^\x21-\x7e]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
