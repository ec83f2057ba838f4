import type { VerifyFacts } from '../facts.ts';
import { attack, type Observation, type Probe } from '../probe.ts';

/** A query for the address of example.com, as DNS has it over UDP. */
const QUERY = '\xf7\xfe\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01';
/** Over TCP its length comes first. */
const TCP_QUERY = `\x00${String.fromCharCode(QUERY.length)}${QUERY}`;

const RESOLVERS = ['1.1.1.1', '8.8.8.8', '9.9.9.9', '2606:4700:4700::1111', '127.0.0.11', '10.0.2.3', '169.254.1.1'];
const OUTSIDE = ['1.1.1.1', '8.8.8.8', '93.184.216.34', '2606:4700:4700::1111', '2001:4860:4860::8888'];
const METADATA = ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16'];
/** Names of engines and virtual machines for their host. */
const HOST_NAMES = [
  'host.docker.internal',
  'gateway.docker.internal',
  'host.containers.internal',
  'host.lima.internal',
  'host.orb.internal',
];
/** The host of a virtual machine, seen over its bus. */
const VSOCK_HOST = '2';

/** G3, without the gateway: there is no interface, and every way that needs one is closed. Pure. */
export function noWayOut({ listener }: VerifyFacts): readonly Probe[] {
  const { token, closed, addresses } = listener;
  const tcp = (id: string, what: string, address: string, port: number, send = '') =>
    attack('G3', id, what, ['tcp', address, `${port}`, send]);
  return [
    attack('G3', 'interfaces', 'has no interface but lo', ['read', '/proc/net/dev'], {
      kind: 'shows',
      check: interfaces,
    }),
    attack('G3', 'routes', 'has no route', ['read', '/proc/net/route'], { kind: 'shows', check: routes }),
    attack('G3', 'routes6', 'has no route of IPv6 but by lo', ['read', '/proc/net/ipv6_route', '/proc/net/route'], {
      kind: 'shows',
      check: routes6,
    }),
    ...RESOLVERS.flatMap((address) => [
      attack('G3', `dns-udp-${address}`, `no DNS over UDP by ${address}`, ['udp', address, '53', QUERY]),
      tcp(`dns-tcp-${address}`, `no DNS over TCP by ${address}`, address, 53, TCP_QUERY),
    ]),
    attack('G3', 'resolve', 'the system finds no address of example.com', ['resolve', 'example.com']),
    ...OUTSIDE.flatMap((address) => [
      tcp(`tcp-${address}`, `no TCP to ${address} port 443`, address, 443),
      attack('G3', `icmp-${address}`, `no ICMP to ${address}`, ['icmp', address]),
      attack('G3', `quic-${address}`, `no UDP to ${address} port 443`, ['udp', address, '443', 'x'.repeat(64)]),
    ]),
    ...METADATA.map((address) =>
      tcp(`metadata-${address}`, `no metadata at ${address}`, address, 80, 'GET / HTTP/1.0\r\n\r\n'),
    ),
    ...HOST_NAMES.map((name) => attack('G3', `name-${name}`, `the host has no address as ${name}`, ['resolve', name])),
    ...addresses.flatMap(({ address }) => [
      tcp(`host-tcp-${address}`, `no TCP to the host by ${address}`, address, closed, token),
      attack('G3', `host-udp-${address}`, `no UDP to the host by ${address}`, ['udp', address, `${closed}`, token]),
    ]),
    attack('G3', 'vsock', 'no way to the host of a virtual machine (vsock)', ['vsock', VSOCK_HOST, '1024']),
    {
      id: 'unvisited',
      group: 'G3',
      title: 'nobody came to the closed port of a listener on the host',
      expect: { kind: 'fails' },
    },
    {
      id: 'listener',
      group: 'G3',
      title: 'the host itself reaches that listener (control)',
      expect: { kind: 'works' },
    },
    attack('G3', 'loopback', 'sockets work within the box (control)', ['lo'], { kind: 'works' }),
  ];
}

/** What the listener on the host saw, as observations of the probes above. Pure. */
export function listenerObservations(
  { listener }: Pick<VerifyFacts, 'listener'>,
  visits: readonly string[],
): Readonly<Record<string, Observation>> {
  const answering = listener.addresses.filter(({ answers }) => answers).map(({ address }) => address);
  return {
    unvisited:
      visits.length === 0 ? { outcome: 'refused', seen: 'no visit' } : { outcome: 'done', seen: visits.join(', ') },
    listener:
      answering.length === 0
        ? { outcome: 'refused', seen: 'no address of it answers' }
        : { outcome: 'done', seen: answering.join(' ') },
  };
}

function interfaces(text: string): string | undefined {
  const names = [...text.matchAll(/^\s*([^\s:|]+):/gm)].map(([, name]) => name);
  if (names.length === 0) return 'the kernel does not tell';
  return names.every((name) => name === 'lo') ? undefined : `there are ${names.join(' ')}`;
}

function routes(text: string): string | undefined {
  const lines = text.trim().split('\n').slice(1);
  return lines.length === 0 ? undefined : `there are ${lines.length}`;
}

function routes6(text: string): string | undefined {
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => /^[0-9a-f]{32} /.test(line) && !line.endsWith(' lo'));
  return lines.length === 0 ? undefined : `there are ${lines.length}`;
}
