import { type Attack, ask, https, plain, raw, type Targets } from './attack.ts';

/** Addresses in all their spellings, and names that resolve to what no rule names. */
export function addressAttacks(targets: Targets): readonly Attack[] {
  const { good, goodAddress, evilAddress, deniedAddress, machine } = targets;
  const addresses: Readonly<Record<string, string>> = {
    'outside of the allowed range': evilAddress,
    ...prefixed('outside of the range', spellings(evilAddress)),
    'taken out of the range by a deny': deniedAddress,
    ...prefixed('denied', spellings(deniedAddress)),
    loopback: '127.0.0.1',
    'loopback, short': '127.1',
    'loopback, one number': '2130706433',
    'loopback, another': '127.8.8.8',
    'loopback by name': 'localhost',
    'loopback by a name below it': 'a.localhost',
    zero: '0.0.0.0',
    'zero, short': '0',
    'loopback of IPv6': '[::1]',
    'zero of IPv6': '[::]',
    'mapped loopback': '[::ffff:127.0.0.1]',
    'compatible loopback': '[::127.0.0.1]',
    'link-local of IPv6 with a zone': '[fe80::1%eth0]',
    'link-local of IPv6 with an escaped zone': '[fe80::1%25eth0]',
    'unique local': '[fd00::2]',
    'metadata of clouds': '169.254.169.254',
    'metadata by name': 'metadata.google.internal',
    'metadata of IPv6': '[fd00:ec2::254]',
    'metadata in NAT64': '[64:ff9b::a9fe:a9fe]',
    'metadata in 6to4': '[2002:a9fe:a9fe::]',
    'metadata in one number': '2852039166',
    CGNAT: '100.64.0.1',
    multicast: '224.0.0.1',
    broadcast: '255.255.255.255',
    'benchmark net': '198.18.0.1',
    'reserved net': '240.0.0.1',
    'host of Podman': '10.0.2.2',
    'resolver of Podman': '10.0.2.3',
    'host of Docker Desktop': 'host.docker.internal',
    'host of Podman by name': 'host.containers.internal',
    'gateway of Docker': 'gateway.docker.internal',
    'brackets around a name': `[${good}]`,
    'brackets around IPv4': `[${evilAddress}]`,
    'a bracket too few': '[::1',
    ...Object.fromEntries(machine.map((one) => [`this machine at ${one}`, one.includes(':') ? `[${one}]` : one])),
    'a name of an address outside of the range': 'inner.lab.test',
    'a name of loopback': 'loop.lab.test',
    'a name of the metadata address': 'meta.lab.test',
    'a name of a mapped address': 'mapped.lab.test',
    'a name of a denied address': 'taken.lab.test',
    'a name that has none': 'none.lab.test',
  };
  return [
    ...Object.entries(addresses).flatMap(([what, host]): Attack[] => {
      const probe = (id: string) => ({
        kind: 'tls' as const,
        to: `${host}:443`,
        name: host.endsWith('.test') ? host : null,
        ask: ask(host, id),
      });
      return [
        { what: `address: ${what}`, probe, twin: https(/[a-z]{2}/.test(host) ? good : goodAddress) },
        {
          what: `plain address: ${what}`,
          probe: (id) => raw(plain(`http://${host}/${id}`, host)),
          twin: (id) => raw(plain(`http://${goodAddress}/${id}`, goodAddress)),
        },
      ];
    }),
    ...portAttacks(targets),
  ];
}

function portAttacks({ good, goodAddress }: Targets): readonly Attack[] {
  const ports = [
    '22',
    '25',
    '53',
    '8443',
    '17080',
    '0',
    '65536',
    '99999',
    '-1',
    '443x',
    '0x1bb',
    '4 43',
    '',
    '+443',
    '443.0',
  ];
  const other = (host: string): readonly Attack[] =>
    ports.map((port) => ({
      what: `port ${JSON.stringify(port)} of ${host}`,
      probe: (id) => ({ kind: 'through', to: `${host}:${port}`, pieces: [ask(host, id)] }),
      twin: (id) => ({ kind: 'through', to: 'ssh.lab.test:22', pieces: [`${id}\n`] }),
    }));
  return [
    ...other(good),
    ...other(goodAddress).slice(0, 4),
    {
      what: 'TLS for another host at a port that a rule names',
      probe: (id) => ({ kind: 'tls', to: 'tls.lab.test:8443', name: 'evil.lab.test', ask: ask('evil.lab.test', id) }),
      twin: https('tls.lab.test', 'tls.lab.test:8443'),
    },
    {
      what: 'the usual port of a host that has a rule for another',
      probe: https('ssh.lab.test'),
      twin: (id) => ({ kind: 'through', to: 'ssh.lab.test:22', pieces: [`${id}\n`] }),
    },
  ];
}

function prefixed(what: string, all: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).map(([how, text]) => [`${what}, ${how}`, text]));
}

/** What programs take for an IPv4 address. */
function spellings(address: string): Readonly<Record<string, string>> {
  const parts = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = parts;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (value: number, width = 2) => value.toString(16).padStart(width, '0');
  const mapped = `${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`;
  return {
    decimal: `${whole}`,
    hexadecimal: `0x${hex(whole, 8)}`,
    'hexadecimal parts': parts.map((part) => `0x${hex(part)}`).join('.'),
    octal: parts.map((part) => `0${part.toString(8)}`).join('.'),
    short: `${a}.${b}.${c * 256 + d}`,
    shorter: `${a}.${(b * 256 + c) * 256 + d}`,
    'leading zeros': parts.map((part) => `${part}`.padStart(3, '0')).join('.'),
    'with a trailing dot': `${address}.`,
    mapped: `[::ffff:${address}]`,
    'mapped in hexadecimal': `[::ffff:${mapped}]`,
    'mapped, written out': `[0:0:0:0:0:ffff:${mapped}]`,
    NAT64: `[64:ff9b::${mapped}]`,
    '6to4': `[2002:${mapped}::1]`,
  };
}
