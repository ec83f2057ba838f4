// Stands at the other end of a relay, in the place of a gateway: listens on the Unix socket argv[1] and does what the first
// line of a connection says.
import { chmodSync, rmSync } from 'node:fs';
import net from 'node:net';

const path = process.argv[1];
const PIECE = Buffer.alloc(65_536, 'a');
let counted = 0;

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => {});
  let head = Buffer.alloc(0);
  socket.on('data', function first(data) {
    head = Buffer.concat([head, data]);
    const end = head.indexOf('\n');
    if (end < 0) return;
    socket.off('data', first);
    socket.pause();
    const [word, value] = head.subarray(0, end).toString().trim().split(' ');
    socket.unshift(head.subarray(end + 1));
    WORDS[word]?.(socket, value);
    if (word !== 'cut') socket.resume();
  });
});

const WORDS = {
  echo: (socket) => socket.pipe(socket),
  take: (socket) => count(socket, (bytes) => socket.end(`${bytes}`)),
  give: (socket, bytes) => give(socket, Number(bytes)),
  // Leaves what it was sent, so that the connection breaks.
  cut: (socket) => {
    socket.write('half');
    setTimeout(() => socket.destroy(), 50);
  },
  // Ends its own half first.
  bye: (socket) => {
    socket.end('bye');
    count(socket, (bytes) => {
      counted = bytes;
    });
  },
  counted: (socket) => socket.end(`${counted}`),
  pause: (socket, ms) => {
    socket.end('paused');
    server.close();
    rmSync(path, { force: true });
    setTimeout(listen, Number(ms));
  },
  CONNECT: (socket, authority) => {
    socket.once('data', (rest) => {
      if (authority.startsWith('refused.')) {
        const text = `agentbox: ${authority} is refused: no rule allows it.\n`;
        socket.end(`HTTP/1.1 403 Forbidden\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
        return;
      }
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.unshift(rest.subarray(rest.indexOf('\r\n\r\n') + 4));
      socket.pipe(socket);
    });
  },
};

function count(socket, done) {
  let bytes = 0;
  socket.on('data', (data) => {
    bytes += data.length;
  });
  socket.on('end', () => done(bytes));
}

function give(socket, left) {
  if (left === 0) return socket.end();
  const piece = PIECE.subarray(0, left);
  if (socket.write(piece)) return setImmediate(give, socket, left - piece.length);
  socket.once('drain', () => give(socket, left - piece.length));
}

function listen() {
  rmSync(path, { force: true });
  server.listen(path, () => {
    chmodSync(path, 0o666);
    process.stdout.write('listening\n');
  });
}

process.on('SIGTERM', () => process.exit());
listen();
