// Runs in a box: reads probes (JSON) from the file that its first argument names, tries each through the relay or past it, and
// writes what came of them to the file of its second argument. It judges nothing.
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

const RELAY = { host: '127.0.0.1', port: 17080 };
const AT_ONCE = 24;
const LIMIT = 4000;
const KEEP = 4096;

/** Gathers what a socket says until it ends, is quiet for long after it said something, or the limit. */
function listen(socket, limit = LIMIT) {
  let text = '';
  let ended = 'limit';
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: text.slice(0, KEEP), ended });
    };
    const timer = setTimeout(done, limit);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      ended = 'end';
    });
    socket.on('error', (error) => {
      ended = error.code ?? error.message;
    });
    socket.on('close', () => {
      if (ended === 'limit') ended = 'closed';
      done();
    });
    // An answer without an end is a finished one when nothing follows.
    socket.on('data', () => {
      clearTimeout(socket.quiet);
      socket.quiet = setTimeout(done, 400);
    });
  });
}

const bytes = (text) => Buffer.from(text, 'latin1');

function opened(where) {
  return new Promise((resolve, reject) => {
    const socket = connect(where);
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends a CONNECT; gives the socket behind a 200, or the answer. */
async function tunnel({ to, headers = '' }) {
  const socket = await opened(RELAY);
  socket.write(bytes(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n${headers}\r\n`));
  let head = '';
  return new Promise((resolve) => {
    const give = (answer) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      resolve(answer);
    };
    const timer = setTimeout(() => {
      socket.destroy();
      give({ text: head, ended: 'limit' });
    }, LIMIT);
    socket.on('error', (error) => give({ text: head, ended: error.code }));
    socket.on('close', () => give({ text: head, ended: 'closed' }));
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (/^HTTP\/1\.[01] 200/.test(head)) {
        socket.pause();
        if (head.length > end + 4) socket.unshift(bytes(head.slice(end + 4)));
        give({ socket, text: head.slice(0, end) });
      }
    });
  });
}

/** The bytes with which node begins TLS for a name. */
function helloFor(name) {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read() {},
      write(chunk, _, done) {
        resolve(Buffer.from(chunk));
        done();
      },
    });
    connectTls({ socket: wire, rejectUnauthorized: false, ...(name === null ? {} : { servername: name }) }).on(
      'error',
      () => {},
    );
  });
}

/** A ClientHello of one record with another extension at its end. */
function withExtension(hello, type, body) {
  const extension = Buffer.concat([uint16(type), uint16(body.length), body]);
  // Record 5 bytes, handshake 4, version 2, random 32, then session, ciphers, compressions, extensions.
  let at = 5 + 4 + 2 + 32;
  at += 1 + hello[at];
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello[at];
  const changed = Buffer.concat([hello, extension]);
  changed.writeUInt16BE(hello.readUInt16BE(at) + extension.length, at);
  changed.writeUIntBE(hello.readUIntBE(6, 3) + extension.length, 6, 3);
  changed.writeUInt16BE(hello.readUInt16BE(3) + extension.length, 3);
  return changed;
}

const uint16 = (value) => Buffer.from([value >> 8, value & 255]);

/** The handshake of a hello in several records. */
function inRecords(hello, size) {
  const body = hello.subarray(5);
  const records = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    records.push(Buffer.concat([hello.subarray(0, 3), uint16(part.length), part]));
  }
  return Buffer.concat(records);
}

/** server_name with a list of several names. */
function serverNames(names) {
  const entries = names.map((name) => Buffer.concat([Buffer.from([0]), uint16(name.length), bytes(name)]));
  const list = Buffer.concat(entries);
  return Buffer.concat([uint16(list.length), list]);
}

async function helloOf({ name, shape }) {
  const hello = await helloFor(name);
  switch (shape) {
    case 'ech':
      return withExtension(hello, 0xfe0d, Buffer.from('0000010001010020'.padEnd(200, '0'), 'hex'));
    case 'esni':
      return withExtension(hello, 0xffce, Buffer.alloc(64, 1));
    case 'twice':
      return withExtension(hello, 0, serverNames(['evil.lab.test']));
    case 'records':
      return inRecords(hello, 40);
    case 'tiny records':
      return inRecords(hello, 1);
    default:
      return hello;
  }
}

const KINDS = {
  /** Pieces of bytes to the relay. */
  async raw({ pieces, pause = 30 }) {
    const socket = await opened(RELAY);
    const heard = listen(socket);
    for (const piece of pieces) {
      if (!socket.destroyed) socket.write(bytes(piece));
      await sleep(pause);
    }
    return heard;
  },
  /** Pieces of bytes through a tunnel. */
  async through({ to, pieces, pause = 30 }) {
    const { socket, ...answer } = await tunnel({ to });
    if (socket === undefined) return answer;
    const heard = listen(socket);
    socket.resume();
    for (const piece of pieces) {
      if (!socket.destroyed) socket.write(bytes(piece));
      await sleep(pause);
    }
    return { connect: answer.text, ...(await heard) };
  },
  /** TLS through a tunnel, with a request in it. */
  async tls({ to, name, ask, headers }) {
    const { socket, ...answer } = await tunnel({ to, headers });
    if (socket === undefined) return answer;
    const secure = connectTls({
      socket,
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      ...(name === null ? {} : { servername: name }),
    });
    const heard = listen(secure);
    secure.on('secureConnect', () => secure.write(bytes(ask)));
    const result = await heard;
    return { connect: answer.text, issuer: secure.getPeerX509Certificate?.()?.issuer, ...result };
  },
  /** A ClientHello of an unusual shape through a tunnel; the first byte of an answer tells whether a server answered it. */
  async hello({ to, name, shape, step }) {
    const { socket, ...answer } = await tunnel({ to });
    if (socket === undefined) return answer;
    const hello = await helloOf({ name, shape });
    const heard = listen(socket);
    socket.resume();
    socket.setNoDelay(true);
    if (step === undefined) socket.write(hello);
    else {
      for (let at = 0; at < hello.length && !socket.destroyed; at += step) {
        socket.write(hello.subarray(at, at + step));
        await sleep(2);
      }
    }
    return { connect: answer.text, ...(await heard) };
  },
  /** Past the relay. */
  async direct({ host, port, send = '' }) {
    const socket = connect({ host, port });
    const heard = listen(socket, 2500);
    socket.on('connect', () => socket.write(bytes(send)));
    return heard;
  },
  async udp({ host, port, hex }) {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    return new Promise((resolve) => {
      const done = (text, ended) => {
        clearTimeout(timer);
        socket.close();
        resolve({ text, ended });
      };
      const timer = setTimeout(() => done('', 'limit'), 1500);
      socket.on('message', (message) => done(`answer ${message.toString('latin1')}`, 'end'));
      socket.on('error', (error) => done('', error.code));
      socket.send(Buffer.from(hex, 'hex'), port, host, (error) => error && done('', error.code));
    });
  },
  async shell({ run }) {
    const options = { encoding: 'latin1', timeout: 20_000 };
    return new Promise((resolve) => {
      execFile('bash', ['-c', run], options, (error, stdout) =>
        resolve({ text: stdout.slice(0, KEEP), ended: `${error?.code ?? 0}` }),
      );
    });
  },
};

const [from, to] = process.argv.slice(2);
const probes = JSON.parse(readFileSync(from, 'utf8'), (_, value) =>
  typeof value === 'string' ? value.replace(/\{env:(\w+)\}/g, (_all, name) => process.env[name] ?? '') : value,
);
const results = {};
const waiting = [...probes];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let probe = waiting.shift(); probe !== undefined; probe = waiting.shift()) {
      const result = await KINDS[probe.kind](probe).catch((error) => ({
        text: '',
        ended: error.code ?? error.message,
      }));
      results[probe.id] = result;
    }
  }),
);
writeFileSync(to, JSON.stringify(results));
