import type { Probe, Targets } from './attack.ts';

/** Ways past the gateway; each works in a box with an open network, where `open` is given, else only there where it is `id`. */
export interface Past {
  readonly what: string;
  readonly probe: (id: string) => Probe;
  /** What shows that it worked. */
  readonly works: RegExp;
  /** False where also an open network does not let it through everywhere. */
  readonly twin: boolean;
}

/** A question for `out.lab.test`, type A, over UDP. */
const QUESTION = '123401000001000000000000036f7574036c616204746573740000010001';

/** No address of a box but its own loopback may be reached, by whatever protocol. */
export function pastAttacks({ evilAddress, dns, machine }: Targets): readonly Past[] {
  const direct = (what: string, host: string, port: number, twin = false): Past => ({
    what: `directly to ${what}`,
    probe: (id) => ({
      kind: 'direct',
      host,
      port,
      send: `GET /${id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    }),
    works: /lab says/,
    twin,
  });
  const shell = (what: string, run: string, twin = true): Past => ({
    what,
    probe: () => ({ kind: 'shell', run }),
    works: /^yes$/m,
    twin,
  });
  const can = (command: string) => `(${command}) >/dev/null 2>&1 && echo yes || echo no`;
  return [
    direct('an address of the lab', evilAddress, 80, true),
    direct('its TLS port', evilAddress, 443),
    direct('the metadata address', '169.254.169.254', 80),
    ...machine.map((host) => direct(`this machine at ${host}`, host, 80)),
    direct('the host of Podman', '10.0.2.2', 80),
    direct('IPv6', '2606:4700:4700::1111', 443),
    {
      what: 'a question to a name server over UDP',
      probe: () => ({ kind: 'udp', host: dns, port: 53, hex: QUESTION }),
      works: /^answer /,
      twin: true,
    },
    {
      what: 'UDP to port 443',
      probe: () => ({ kind: 'udp', host: evilAddress, port: 443, hex: 'c00000000108' }),
      works: /^answer /,
      twin: true,
    },
    {
      what: 'UDP by IPv6',
      probe: () => ({ kind: 'udp', host: '2001:4860:4860::8888', port: 53, hex: QUESTION }),
      works: /^answer /,
      twin: false,
    },
    {
      what: 'a question to a name server over TCP',
      probe: () => ({
        kind: 'direct',
        host: dns,
        port: 53,
        send: `\0\x1e${Buffer.from(QUESTION, 'hex').toString('latin1')}`,
      }),
      works: /out/,
      twin: true,
    },
    shell('the name server of the system', can('getent ahostsv4 out.lab.test')),
    shell('another interface than the loopback', '[ $(grep -c : /proc/net/dev) -gt 1 ] && echo yes || echo no'),
    shell('a route', can('grep -qv ^Iface /proc/net/route')),
    shell(
      'a program that ignores the proxy',
      can(
        `env -u HTTP_PROXY -u http_proxy -u ALL_PROXY -u all_proxy curl -sf -m 3 --noproxy '*' http://${evilAddress}/x`,
      ),
    ),
    shell(
      'an ICMP echo',
      can(
        `perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 1) or socket(S, AF_INET, SOCK_RAW, 1) or die; connect(S, pack_sockaddr_in(0, inet_aton("${evilAddress}"))) or die; send(S, "\\x08\\0\\xf7\\xff\\0\\0\\0\\0", 0) or die'`,
      ),
      false,
    ),
  ];
}
