import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { carrier, MOST_CONNECTIONS } from '../../../../src/network/ports/carrier.ts';
import { encodeFrame, KIND, WINDOW } from '../../../../src/network/ports/frames.ts';
import { exchange, joined, listening, published } from './support.ts';

/** Whether a connection was broken, when it has ended. */
const closed = (socket: Socket) =>
  new Promise<boolean>((resolve) => socket.on('error', () => {}).once('close', resolve));
const echo = () => createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));

describe('with the program of the box', { timeout: 20_000 }, () => {
  it('bytes come back as they went, and an end of one side leaves the other open', async () => {
    const port = await published(joined(), await listening(echo()));
    const bytes = randomBytes(5_000_000);
    expect((await exchange(port, bytes)).equals(bytes)).toBe(true);
    expect(await exchange(port, Buffer.alloc(0))).toHaveLength(0);
  });

  it('a server may answer only when its client has said all', async () => {
    const server = createServer({ allowHalfOpen: true }, async (socket) => {
      let size = 0;
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) size += (chunk as Buffer).length;
      socket.end(`${size} bytes`);
    });
    const port = await published(joined(), await listening(server));
    expect(String(await exchange(port, randomBytes(300_000)))).toBe('300000 bytes');
  });

  it('a server on the loopback of IPv6 alone is found', async () => {
    const port = await published(joined(), await listening(echo(), '::1'));
    expect(String(await exchange(port, Buffer.from('six')))).toBe('six');
  });

  it('many connections do not mix', async () => {
    const port = await published(joined(), await listening(echo()));
    const all = Array.from({ length: 50 }, () => randomBytes(100_000));
    const back = await Promise.all(all.map((bytes) => exchange(port, bytes)));
    expect(back.every((bytes, index) => bytes.equals(all[index] ?? Buffer.alloc(0)))).toBe(true);
  });

  it('a port where nobody listens, and a connection that breaks there, are broken here', async () => {
    const carried = joined();
    const server = createServer();
    const free = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(exchange(await published(carried, free), Buffer.from('x'))).rejects.toThrow(/ECONNRESET/);
    const cutting = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const port = await published(carried, await listening(cutting));
    await expect(exchange(port, Buffer.from('x'))).rejects.toThrow(/ECONNRESET/);
    const kept = await published(carried, await listening(echo()));
    expect(String(await exchange(kept, Buffer.from('on')))).toBe('on');
  });

  it('a client that breaks off breaks the connection to the server', async () => {
    let heard: (error: NodeJS.ErrnoException) => void = () => {};
    const broken = new Promise<NodeJS.ErrnoException>((resolve) => {
      heard = resolve;
    });
    const port = await published(joined(), await listening(createServer((socket) => socket.on('error', heard))));
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('x');
    await sleep(100);
    socket.resetAndDestroy();
    expect((await broken).code).toBe('ECONNRESET');
  });

  it('a server that does not read stops its client, and no other', async () => {
    const carried = joined();
    const deaf = createServer((socket) => socket.pause());
    const socket = connect(await published(carried, await listening(deaf)), '127.0.0.1');
    socket.on('error', () => {});
    const more = Buffer.alloc(1_000_000);
    let sent = 0;
    const write = (error?: Error | null) => {
      if (error || sent > 100e6) return;
      sent += more.length;
      socket.write(more, write);
    };
    write();
    await sleep(500);
    const before = sent;
    await sleep(300);
    expect(sent).toBe(before);
    expect(sent).toBeLessThan(50e6);
    const port = await published(carried, await listening(echo()));
    expect(await exchange(port, randomBytes(500_000))).toHaveLength(500_000);
    socket.destroy();
  });

  it('a client that does not read stops its server', async () => {
    let sent = 0;
    const endless = createServer((socket: Socket) => {
      const more = Buffer.alloc(100_000);
      const write = (error?: Error | null) => {
        if (error) return;
        sent += more.length;
        socket.write(more, write);
      };
      socket.on('error', () => {});
      write();
    });
    const socket = connect(await published(joined(), await listening(endless)), '127.0.0.1');
    socket.pause();
    await sleep(700);
    const before = sent;
    await sleep(300);
    expect(sent).toBe(before);
    socket.destroy();
  });

  it('when the program dies all connections break', async () => {
    const carried = joined();
    const port = await published(carried, await listening(echo()));
    const socket = connect(port, '127.0.0.1');
    const broken = closed(socket);
    socket.write('x');
    await once(socket, 'data');
    carried.kill();
    await carried.ended;
    carried.close();
    expect(await broken).toBe(true);
  });
});

describe('of a box that sends what it likes', () => {
  const opened = async () => {
    const sent: Buffer[] = [];
    const carried = carrier((frame) => void sent.push(frame));
    const port = await published(carried, 80);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    while (sent.length === 0) await sleep(5);
    return { carried, socket, sent };
  };
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };

  it('it opens nothing, and speaks only of connections that there are', async () => {
    for (const id of [0, 2, 2 ** 32 - 1]) {
      const { carried } = await opened();
      for (const kind of Object.values(KIND))
        expect(() => carried.take(encodeFrame(id, kind))).toThrow(/nobody opened/);
    }
    for (const kind of [0, KIND.open, 9, 255]) {
      const { carried } = await opened();
      expect(() => carried.take(encodeFrame(1, kind, Buffer.from([0, 80])))).toThrow(`kind ${kind}`);
    }
  });

  it('it sends no more than the window, nothing behind an end, and claims to have read no more than there was', async () => {
    const { carried, socket } = await opened();
    socket.pause();
    const part = Buffer.alloc(WINDOW / 4);
    const flood = () => {
      for (let count = 0; count < 1000; count += 1) carried.take(encodeFrame(1, KIND.data, part));
    };
    expect(flood).toThrow(/window/);
    const other = await opened();
    other.carried.take(encodeFrame(1, KIND.end));
    expect(() => other.carried.take(encodeFrame(1, KIND.data, part))).toThrow(/behind the end/);
    const third = await opened();
    expect(() => third.carried.take(encodeFrame(1, KIND.more, number(1)))).toThrow(/more bytes were read/);
    const fourth = await opened();
    expect(() => fourth.carried.take(encodeFrame(1, KIND.more, Buffer.alloc(3)))).toThrow(/no number/);
  });

  it('one connection too many is cut at once', async () => {
    const carried = carrier(() => {});
    const port = await published(carried, 80);
    const all = Array.from({ length: MOST_CONNECTIONS + 1 }, () => connect(port, '127.0.0.1'));
    expect(await Promise.race(all.map(closed))).toBe(true);
    for (const socket of all) socket.destroy();
    carried.close();
  });
});
