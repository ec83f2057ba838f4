// Runs in a box or beside one: traffic through a proxy to a source of bytes, and the source itself. The source sends as many
// bytes as the line that it reads says. PROXY=host:port is the proxy, the relay when not given; empty means none.
import { randomBytes } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const [proxyHost, proxyPort] = (process.env.PROXY ?? '127.0.0.1:17080').split(':');
const LIMIT = 60_000;
const BLOCK = Buffer.alloc(65_536, 'x');

/** A connection to `host:port` that is ready to use. */
function opened(target) {
  const [host, port] = target.split(':');
  const socket = proxyHost === '' ? connect(Number(port), host) : connect(Number(proxyPort), proxyHost);
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), LIMIT);
    const done = (settle, value) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      settle(value);
    };
    socket.on('error', (error) => done(reject, error));
    socket.on('close', () => done(reject, new Error('closed')));
    if (proxyHost === '') return socket.on('connect', () => done(resolve, socket));
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      if (/^HTTP\/1\.[01] 200/.test(head)) done(resolve, socket);
      else {
        socket.destroy();
        done(reject, new Error(head.split('\r\n')[0]));
      }
    });
  });
}

/** Reads that many bytes of the source. */
function take(socket, size) {
  return new Promise((resolve, reject) => {
    let had = 0;
    socket.on('data', (chunk) => {
      had += chunk.length;
      if (had >= size) resolve(had);
    });
    socket.on('close', () => reject(new Error(`closed after ${had} bytes`)));
    socket.on('error', reject);
    socket.write(`${size}\n`);
  });
}

const MODES = {
  /** Listens and sends. */
  async serve(address, port) {
    const server = createServer((socket) => {
      let left = 0;
      const go = () => {
        while (left > 0 && socket.writable) {
          const size = Math.min(left, BLOCK.length);
          left -= size;
          if (!socket.write(BLOCK.subarray(0, size))) return socket.once('drain', go);
        }
      };
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('data', (line) => {
        left += Number.parseInt(line, 10) || 0;
        go();
      });
    });
    await new Promise((resolve) => server.listen(Number(port), address, 4096, resolve));
    console.log('listens');
    await new Promise(() => {});
  },
  /** Milliseconds of connections with one byte each, one after the other. */
  async latency(target, count) {
    const times = [];
    for (let turn = 0; turn < Number(count); turn += 1) {
      const begin = performance.now();
      const socket = await opened(target);
      await take(socket, 1);
      times.push(performance.now() - begin);
      socket.destroy();
    }
    return times;
  },
  /** So many connections that are open all at once; how many gave their bytes, and what became of the others. */
  async many(target, count) {
    const all = await Promise.allSettled(Array.from({ length: Number(count) }, () => opened(target)));
    const sockets = all.flatMap(({ value }) => (value === undefined ? [] : [value]));
    const taken = await Promise.allSettled(sockets.map((socket) => take(socket, 1000)));
    const faults = [...all, ...taken].flatMap(({ reason }) => (reason === undefined ? [] : [reason.message]));
    return { good: taken.filter(({ status }) => status === 'fulfilled').length, faults: [...new Set(faults)] };
  },
  /** Milliseconds for so many bytes. */
  async bulk(target, bytes) {
    const socket = await opened(target);
    const begin = performance.now();
    await take(socket, Number(bytes));
    return performance.now() - begin;
  },
  /** So many connections that take all they can, for seconds; prints `flows` when they are there. */
  async flood(target, count, seconds) {
    const end = performance.now() + Number(seconds) * 1000;
    let bytes = 0;
    const one = async () => {
      const socket = await opened(target);
      socket.on('data', (chunk) => {
        bytes += chunk.length;
      });
      socket.write('99999999999\n');
      return socket;
    };
    const sockets = await Promise.allSettled(Array.from({ length: Number(count) }, one));
    const good = sockets.filter(({ status }) => status === 'fulfilled').length;
    console.log(JSON.stringify({ flows: good }));
    await sleep(Math.max(0, end - performance.now()));
    return { good, bytes };
  },
  /** What no proxy should mind, for seconds. */
  async rubbish(seconds) {
    const end = performance.now() + Number(seconds) * 1000;
    const starts = [
      '',
      'GET http://',
      'CONNECT ',
      'CONNECT a:443 HTTP/1.1\r\n',
      'GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n',
      '\x16\x03\x01',
    ];
    let sent = 0;
    const one = async (index) => {
      while (performance.now() < end) {
        const socket = connect(Number(proxyPort), proxyHost);
        socket.on('error', () => {}).resume();
        const text = Buffer.concat([Buffer.from(starts[(index + sent) % starts.length], 'latin1'), randomBytes(2000)]);
        socket.write(text);
        sent += 1;
        await sleep(5);
        if (sent % 3 > 0) socket.destroy();
        else setTimeout(() => socket.destroy(), 500);
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => one(index)));
    return { sent };
  },
};

const [mode, ...args] = process.argv.slice(2);
console.log(JSON.stringify(await MODES[mode](...args)));
process.exit(0);
