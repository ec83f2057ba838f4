import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeTls, parseClientHello } from '../../../../src/network/gateway/hello.ts';
import { extension, hello, records, serverName } from './support/clientHello.ts';
import { serve } from './support/servers.ts';

const MORE = { need: 'more' };

describe('the ClientHello of', () => {
  it("node's own TLS gives its name", async () => {
    const bytes = await sent((port) => {
      connectTls({ port, host: '127.0.0.1', servername: 'some.example.test' }).on('error', () => {});
    });
    expect(parseClientHello(bytes)).toEqual({ host: 'some.example.test', ech: false });
    const none = await sent((port) => {
      connectTls({ port, host: '127.0.0.1' }).on('error', () => {});
    });
    expect(parseClientHello(none)).toEqual({ host: undefined, ech: false });
  });

  it('openssl in versions of TLS gives its name', async () => {
    for (const version of ['-tls1_2', '-tls1_3']) {
      const bytes = await sent((port) => {
        const args = ['s_client', version, '-connect', `127.0.0.1:${port}`, '-servername', 'a.test'];
        spawn('openssl', args, { stdio: 'ignore' });
      });
      expect(parseClientHello(bytes)).toEqual({ host: 'a.test', ech: false });
    }
    expect(execFileSync('openssl', ['version']).toString()).toContain('OpenSSL');
  });
});

describe('a ClientHello', () => {
  it('may come in several records and any pieces', () => {
    fc.assert(
      fc.property(
        fc.domain(),
        fc.array(fc.integer({ min: 50, max: 300 }), { minLength: 1, maxLength: 20 }),
        fc.nat(5000),
        (name, sizes, padding) => {
          const bytes = records(hello({ name, padding }), sizes);
          expect(parseClientHello(bytes)).toEqual({ host: name, ech: false });
          // What comes behind it is not looked at.
          expect(parseClientHello(Buffer.concat([bytes, Buffer.from('\x17rest')]))).toEqual({ host: name, ech: false });
          for (let end = 0; end < bytes.length; end += 1 + (end % 7)) {
            expect(parseClientHello(bytes.subarray(0, end))).toEqual(MORE);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('that hides its name is told', () => {
    for (const type of [0xfe0d, 0xffce]) {
      const bytes = records(hello({ name: 'front.test', extensions: [extension(type, Buffer.alloc(40))] }));
      expect(parseClientHello(bytes)).toEqual({ host: 'front.test', ech: true });
    }
  });

  it.each<[string, Buffer]>([
    ['two server names in one list', hello({ extensions: [extension(0, serverName('a.test', 'b.test'))] })],
    ['two lists of server names', hello({ name: 'a.test', extensions: [extension(0, serverName('b.test'))] })],
    ['an empty list of server names', hello({ extensions: [extension(0, serverName())] })],
    ['an empty server name', hello({ extensions: [extension(0, serverName(''))] })],
    ['a server name of another kind', hello({ extensions: [extension(0, Buffer.from([0, 4, 1, 0, 1, 97]))] })],
    [
      'bytes behind the server name',
      hello({ extensions: [extension(0, Buffer.concat([serverName('a.test'), Buffer.of(0)]))] }),
    ],
    ['an extension twice', hello({ extensions: [extension(35, Buffer.alloc(0)), extension(35, Buffer.alloc(0))] })],
    ['bytes behind the extensions', hello({ name: 'a.test', behind: Buffer.from('x') })],
  ])('with %s is bad', (_, message) => {
    expect(parseClientHello(records(message))).toHaveProperty('bad');
  });

  it.each<[string, Buffer]>([
    ['another message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ['an alert', Buffer.from([21, 3, 1, 0, 2, 1, 0])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a record that is too long', Buffer.from([22, 3, 1, 0x40, 1])],
    [
      'another record between',
      Buffer.concat([
        records(hello({ name: 'a.test' })).subarray(0, 0),
        records(hello({ name: 'a.test' }), [20]).subarray(0, 25),
        Buffer.from([23, 3, 3, 0, 1, 0]),
      ]),
    ],
    ['a request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['SSLv2', Buffer.from([0x80, 0x2e, 1, 3, 1])],
    ['too many records', records(hello({ name: 'a.test', padding: 300 }), [1])],
  ])('is not %s', (_, bytes) => {
    expect(parseClientHello(bytes)).toHaveProperty('bad');
  });

  it('that was changed anywhere never gives a name that its bytes do not have', () => {
    const whole = records(hello({ name: 'allowed.test', padding: 20 }), [60]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(whole.length),
        (changes, cut) => {
          const bytes = Buffer.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          const result = parseClientHello(bytes.subarray(0, bytes.length - (cut % 3)));
          if ('host' in result && result.host !== undefined) expect(withoutHeads(bytes)).toContain(result.host);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('of random bytes ends in some answer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const forced = Buffer.concat([Buffer.from([22, 3, 1]), bytes]);
        for (const some of [bytes, forced]) expect(parseClientHello(some)).toBeTypeOf('object');
      }),
      { numRuns: 3000 },
    );
  });
});

describe('what begins like TLS', () => {
  it.each<[number[], boolean | undefined]>([
    [[], undefined],
    [[22], undefined],
    [[22, 3], true],
    [[22, 4], false],
    [[83], false],
  ])('%j: %s', (bytes, verdict) => expect(looksLikeTls(Uint8Array.from(bytes))).toBe(verdict));
});

/** The bytes of the handshake, as far as the first records say. */
function withoutHeads(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    parts.push(bytes.subarray(at + 5, at + 5 + bytes.readUInt16BE(at + 3)));
  }
  return Buffer.concat(parts).toString('latin1');
}

/** The first bytes that a client sends to a port. */
async function sent(client: (port: number) => void): Promise<Buffer> {
  const first = new PassThrough();
  const server = await serve(createServer((socket) => socket.once('data', (chunk) => first.end(chunk))));
  client(server.port);
  const bytes = await new Promise<Buffer>((resolve) => first.once('data', resolve));
  server.close();
  return bytes;
}
