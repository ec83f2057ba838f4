// Runs in a box, as an agent does: talks through the relay and prints one JSON object with what it saw.
import { randomBytes } from 'node:crypto';
import net from 'node:net';

const PORT = 17080;
const MEGABYTE = 1_000_000;

/** All that comes back for `data`, after this side has ended. */
function ask(data, { end = true } = {}) {
  return new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect({ port: PORT, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', reject);
    socket.on('data', (part) => parts.push(part));
    socket.on('end', () => {
      resolve(Buffer.concat(parts));
      socket.end();
    });
    if (end) socket.end(data);
    else socket.write(data);
  });
}

async function many(count) {
  const bodies = Array.from({ length: count }, () => randomBytes(20_000));
  const open = await Promise.all(
    bodies.map(
      (body) =>
        new Promise((resolve, reject) => {
          const socket = net.connect({ port: PORT, host: '127.0.0.1', allowHalfOpen: true });
          socket.on('error', reject);
          socket.write('echo\n!');
          socket.once('data', () => resolve({ socket, body }));
        }),
    ),
  );
  const same = await Promise.all(
    open.map(
      ({ socket, body }) =>
        new Promise((resolve) => {
          const parts = [];
          socket.on('data', (part) => parts.push(part));
          socket.on('end', () => resolve(Buffer.concat(parts).equals(body)));
          socket.end(body);
        }),
    ),
  );
  return same.filter(Boolean).length;
}

async function rate(data, bytes) {
  const began = performance.now();
  const got = await ask(data);
  return { got, rate: Math.round(bytes / MEGABYTE / ((performance.now() - began) / 1000)) };
}

async function stream() {
  const body = randomBytes(5 * MEGABYTE);
  const echoed = await ask(Buffer.concat([Buffer.from('echo\n'), body]));
  const down = await rate(`give ${100 * MEGABYTE}\n`, 100 * MEGABYTE);
  const up = await rate(Buffer.concat([Buffer.from('take\n'), Buffer.alloc(100 * MEGABYTE)]), 100 * MEGABYTE);
  const bye = new Promise((resolve) => {
    const socket = net.connect({ port: PORT, host: '127.0.0.1', allowHalfOpen: true });
    socket.write('bye\n');
    socket.resume();
    socket.on('end', () => socket.end(Buffer.alloc(MEGABYTE), () => resolve()));
  });
  await bye;
  const until = Date.now() + 10_000;
  let afterBye = 0;
  while (afterBye === 0 && Date.now() < until) afterBye = Number((await ask('counted\n')).toString());
  return {
    intact: echoed.equals(body),
    down: { bytes: down.got.length, rate: down.rate },
    up: { bytes: Number(up.got.toString()), rate: up.rate },
    afterBye,
    cut: await ask(`cut\n${'unread'.repeat(200_000)}`, { end: false }).then(
      () => 'ended',
      (error) => error.code,
    ),
    connections: await many(500),
  };
}

async function away() {
  await ask('pause 300\n');
  const shortly = (await ask('echo\nwaited')).toString();
  await ask('pause 2600\n');
  const gone = (await ask('CONNECT a.example:443 HTTP/1.1\r\n\r\n')).toString();
  const until = Date.now() + 15_000;
  let back = '';
  while (back !== 'back' && Date.now() < until) back = (await ask('echo\nback')).toString();
  return { shortly, gone, back };
}

const WORDS = { stream, away };
process.stdout.write(JSON.stringify(await WORDS[process.argv[2]]()));
