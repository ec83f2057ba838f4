// Runs in a box: joins a websocket and tells in a line of JSON what it heard there.
//   node insideWays.mjs websocket URL [AUTHORIZATION]   by node's own WebSocket
//   node insideWays.mjs upgrade URL                     as programs do that send a proxy the whole address
import { request } from 'node:http';

const [mode, url, authorization] = process.argv.slice(2);
const LONG = 'x'.repeat(200_000);
const tell = (heard) => process.stdout.write(`${JSON.stringify(heard)}\n`, () => process.exit());
setTimeout(() => tell({ late: true }), 20_000);

if (mode === 'websocket') {
  const socket = new WebSocket(url, authorization === undefined ? {} : { headers: { authorization } });
  const heard = [];
  socket.onmessage = ({ data }) => {
    heard.push(data.length > 1000 ? data.length : data);
    if (heard.length === 1) socket.send('hello');
    else if (heard.length === 2) socket.send(LONG);
    else socket.close(1000);
  };
  socket.onerror = ({ message, error }) => tell({ error: message || `${error}`, heard });
  socket.onclose = ({ code, wasClean }) => tell({ heard, code, wasClean });
} else {
  const { hostname, port } = new URL(process.env.http_proxy);
  const headers = {
    Host: new URL(url).host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
  };
  const asked = request({ agent: false, hostname, port, path: url, headers });
  asked.on('upgrade', ({ statusCode }, socket, head) => {
    let said = head;
    const look = () => {
      if (said.length > 2 && said.length >= 2 + said[1]) tell({ status: statusCode, said: `${said.subarray(2)}` });
    };
    look();
    socket.on('data', (chunk) => {
      said = Buffer.concat([said, chunk]);
      look();
    });
  });
  asked.on('response', ({ statusCode }) => tell({ status: statusCode }));
  asked.end();
}
