import { type Attack, ask, https, type Probe, type Targets } from './attack.ts';

/** What comes through a tunnel to 443 and is not TLS for the host that was asked for. */
export function tlsAttacks({ good, evil, goodAddress }: Targets): readonly Attack[] {
  const hello =
    (more: Partial<Extract<Probe, { kind: 'hello' }>> = {}) =>
    (): Probe => ({
      kind: 'hello',
      to: `${good}:443`,
      name: good,
      ...more,
    });
  const bytes =
    (...pieces: readonly string[]) =>
    (): Probe => ({ kind: 'through', to: `${good}:443`, pieces });
  const attacks: Readonly<Record<string, Attack['probe']>> = {
    'the server name of another host': (id) => ({ kind: 'tls', to: `${good}:443`, name: evil, ask: ask(evil, id) }),
    'the server name of another allowed host': (id) => ({
      kind: 'tls',
      to: `${good}:443`,
      name: 'a.wild.lab.test',
      ask: ask('a.wild.lab.test', id),
    }),
    'no server name': (id) => ({ kind: 'tls', to: `${good}:443`, name: null, ask: ask(good, id) }),
    'a server name at an address': (id) => ({ kind: 'tls', to: `${goodAddress}:443`, name: evil, ask: ask(evil, id) }),
    'an encrypted hello': hello({ shape: 'ech' }),
    'an encrypted server name': hello({ shape: 'esni' }),
    'two lists of server names': hello({ shape: 'twice' }),
    'another name, a few bytes at a time': hello({ name: evil, step: 8 }),
    'another name in many records': hello({ name: evil, shape: 'records' }),
    'a name with a trailing dot': hello({ name: `${evil}.` }),
    HTTP: (id) => ({ kind: 'through', to: `${good}:443`, pieces: [ask(good, id)] }),
    'HTTP for another': (id) => ({ kind: 'through', to: `${good}:443`, pieces: [ask(evil, id)] }),
    SSH: bytes('SSH-2.0-OpenSSH_9.2\r\n'),
    'a tunnel in a tunnel': (id) => ({
      kind: 'through',
      to: `${good}:443`,
      pieces: [`CONNECT ${evil}:443 HTTP/1.1\r\n\r\n`, ask(evil, id)],
    }),
    'HTTP/2 without TLS': bytes('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    zeros: bytes('\0'.repeat(600)),
    'an alert': bytes('\x15\x03\x01\x00\x02\x02\x28'),
    'application data': bytes('\x17\x03\x03\x00\x10aaaaaaaaaaaaaaaa'),
    'the hello of SSL 2': bytes('\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10'.padEnd(48, 'a')),
    'a record that claims 65535 bytes': bytes(`\x16\x03\x01\xff\xff\x01${'a'.repeat(3000)}`),
    'an empty record': bytes('\x16\x03\x01\x00\x00'.repeat(100)),
    'a server hello': bytes('\x16\x03\x03\x00\x04\x02\x00\x00\x00'),
    'a hello that claims 16 MB': bytes(
      `\x16\x03\x01\x40\x00\x01\xff\xff\xff${'a'.repeat(16_380)}`,
      ...['', ''].map(() => `\x16\x03\x01\x40\x00${'a'.repeat(16_384)}`),
    ),
    'more records than any client makes': hello({ shape: 'tiny records' }),
  };
  const twins: Readonly<Record<string, Attack['twin']>> = {
    'an encrypted hello': hello(),
    'an encrypted server name': hello(),
    'two lists of server names': hello(),
    'another name, a few bytes at a time': hello({ step: 8 }),
    'another name in many records': hello({ shape: 'records' }),
    'an empty record': hello({ shape: 'records' }),
    'a server name at an address': https(goodAddress),
    'a name with a trailing dot': hello({ name: good.toUpperCase() }),
  };
  return Object.entries(attacks).map(([what, probe]) => ({
    what: `in a tunnel: ${what}`,
    probe,
    twin: twins[what] ?? https(good),
  }));
}
