import { existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hello, records } from './support/clientHello.ts';
import { companyProxy } from './support/companyProxy.ts';
import {
  ask,
  boxOf,
  connectTo,
  type RunningProxy,
  startProxy,
  type Wire,
  wireTo,
  within,
} from './support/runningProxy.ts';
import { echo, type Listening, serve } from './support/servers.ts';

let proxy: RunningProxy;
let server: Listening;
let target = '';

beforeEach(async () => {
  server = await echo();
  target = `127.0.0.1:${server.port}`;
  proxy = startProxy({ headMs: 1000, helloMs: 300, connections: 300 });
  await proxy.apply({ boxes: [boxOf([target]), boxOf([target], { name: 'two' })] });
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

async function works(box = 'one'): Promise<Wire> {
  const wire = wireTo(proxy.path(box));
  wire.write(`${connectTo(target)}ping`);
  await wire.hears('ping');
  return wire;
}

describe('the sockets of boxes', () => {
  it('may be connected to by everybody, and are no other file that a state can name', async () => {
    expect(statSync(proxy.path()).mode & 0o777).toBe(0o666);
    expect(statSync(proxy.path()).isSocket()).toBe(true);
  });

  it('listen again where one was left over, and what belongs to no box goes', async () => {
    const stale = startProxy();
    const left = join(stale.directory, 'f'.repeat(32));
    writeFileSync(left, '');
    writeFileSync(stale.path(), '');
    await stale.apply({ boxes: [boxOf([target])] });
    expect(existsSync(left)).toBe(false);
    expect(await ask(stale.path(), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/ 404 /);
    await stale.close();
  });

  it('go with their box and its connections; those of others stay', async () => {
    const [one, two] = [await works('one'), await works('two')];
    await proxy.apply({ boxes: [boxOf([target], { name: 'two' })] });
    await one.ends();
    expect(existsSync(proxy.path('one'))).toBe(false);
    two.write('more');
    await two.hears('more');
    await proxy.apply({ boxes: [boxOf([target]), boxOf([target], { name: 'two' })] });
    for (const wire of [await works('one'), two]) wire.socket.destroy();
  });

  it('have their own policies', async () => {
    await proxy.apply({ boxes: [boxOf([target]), boxOf([], { name: 'two' })] });
    (await works('one')).socket.destroy();
    expect(await ask(proxy.path('two'), connectTo(target))).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('are not served without a policy that allows something', async () => {
    await proxy.apply({ boxes: [boxOf([])] });
    for (const to of [target, 'example.com:443', '1.1.1.1:443']) {
      expect(await ask(proxy.path(), connectTo(to))).toMatch(/^HTTP\/1\.1 403 /);
    }
  });
});

describe('a box that', () => {
  it('sends rubbish harms nobody', async () => {
    const other = await works('two');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 2000 }), async (bytes) => {
        const wire = wireTo(proxy.path());
        wire.write(bytes);
        wire.socket.end();
        await wire.ends();
      }),
      { numRuns: 100 },
    );
    other.write('unharmed');
    await other.hears('unharmed');
    (await works()).socket.destroy();
    other.socket.destroy();
    expect(proxy.decisions().every(({ host, verdict }) => verdict === 'deny' || host === '127.0.0.1')).toBe(true);
  });

  it('writes a CONNECT in any wrong way reaches nothing', async () => {
    const before = server.connections();
    const piece = fc.constantFrom(
      '127.0.0.1',
      'a.test',
      '[::1]',
      '0x7f.1',
      '@',
      '#',
      '%00',
      ' ',
      ':',
      `${server.port}`,
      '443',
      '\t',
      '/',
      '?',
      '\\',
      'é',
      '[',
      ']',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
        const to = pieces.join('');
        if (to === target) return;
        const answer = await ask(proxy.path(), Buffer.from(connectTo(to), 'latin1'));
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      }),
      { numRuns: 200 },
    );
    expect(server.connections()).toBe(before);
  });

  it('changes the bytes of a request anywhere reaches only what is allowed', async () => {
    const request = `POST http://${target}/path HTTP/1.1\r\nHost: ${target}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(request.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = Buffer.from(request);
          for (const [at, value] of changes) bytes[at] = value;
          const wire = wireTo(proxy.path());
          wire.write(bytes);
          wire.socket.end();
          await wire.ends();
          wire.socket.destroy();
        },
      ),
      { numRuns: 200 },
    );
    const allowed = proxy.decisions().filter(({ verdict }) => verdict === 'allow');
    expect(allowed.every(({ host, port }) => host === '127.0.0.1' && port === server.port)).toBe(true);
    // Whatever reached the server was one request for one host.
    expect(server.received()).not.toMatch(/Host: (?!127\.0\.0\.1:\d+\r\n)/);
  });

  it('opens as many connections as it may keeps others no connection', async () => {
    const wires = Array.from({ length: 320 }, () => wireTo(proxy.path('one')));
    const last = wires.slice(-10);
    await Promise.all(last.map((wire) => wire.ends()));
    (await works('two')).socket.destroy();
    for (const wire of wires) wire.socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    (await works('one')).socket.destroy();
  });

  it('never reads does not fill the memory', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(1 << 20);
    const source = await serve(
      createServer((socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
        };
        socket.on('drain', () => {
          sent += chunk.length;
          more();
        });
        more();
      }),
    );
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${source.port}`])] });
    const wire = wireTo(proxy.path());
    wire.socket.pause();
    wire.write(connectTo(`127.0.0.1:${source.port}`));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(sent).toBeLessThan(24 << 20);
    wire.socket.destroy();
    await proxy.until('closed');
    source.close();
  });

  it('goes away in the middle takes its other end with it', async () => {
    let ended = 0;
    const far = await serve(
      createServer((socket) => {
        socket.on('close', () => {
          ended += 1;
        });
      }),
    );
    await proxy.apply({ boxes: [boxOf([`127.0.0.1:${far.port}`])] });
    const wires = [1, 2, 3].map(() => wireTo(proxy.path()));
    for (const wire of wires) wire.write(connectTo(`127.0.0.1:${far.port}`));
    await Promise.all(wires.map((wire) => wire.hears('200')));
    for (const wire of wires) wire.socket.destroy();
    await within(
      (async () => {
        while (ended < 3) await new Promise((resolve) => setTimeout(resolve, 20));
      })(),
      'they did not end',
    );
    far.close();
  });
});

describe('a ClientHello on port 443', () => {
  const whole = records(hello({ name: 'allowed.test', padding: 60 }), [90]);

  it('passes in any segments, and whatever is changed in it, never with another name', async () => {
    const far = await echo();
    const company = await companyProxy(() => far.port);
    await proxy.apply({
      boxes: [boxOf(['allowed.test'])],
      upstream: { url: `http://127.0.0.1:${company.port}`, direct: [] },
    });
    const attempt = async (bytes: Buffer, cuts: readonly number[]) => {
      const wire = wireTo(proxy.path());
      wire.socket.setNoDelay(true);
      wire.write(connectTo('allowed.test:443'));
      const head = await wire.hears('\r\n\r\n');
      let at = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        wire.write(bytes.subarray(at, cut));
        at = cut;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      wire.write(bytes.subarray(at));
      const got = await Promise.race([
        wire.ends().then(() => 'ended'),
        wire.hears('allowed.test').then(() => 'passed'),
        new Promise<string>((resolve) => setTimeout(() => resolve('waits'), 500)),
      ]);
      wire.socket.destroy();
      return { got, echoed: wire.bytes().subarray(head.length) };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 4 }), async (cuts) => {
        expect((await attempt(whole, cuts)).got).toBe('passed');
      }),
      { numRuns: 25 },
    );
    const name = whole.indexOf('allowed');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: name, max: name + 11 }), fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(whole);
        if (bytes[at] === value || String.fromCharCode(value).toLowerCase() === String.fromCharCode(bytes[at] ?? 0))
          return;
        bytes[at] = value;
        expect((await attempt(bytes, [])).got).toBe('ended');
      }),
      { numRuns: 40 },
    );
    expect(far.received().replaceAll(whole.toString('latin1'), '')).toBe('');
    company.close();
    far.close();
  }, 30_000);
});
