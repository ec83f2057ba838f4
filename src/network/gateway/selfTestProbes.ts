import { connect } from 'node:net';
import { helloFor } from './testHello.ts';
import type { Listener } from './testListener.ts';

/** Milliseconds that an answer may take. */
const LIMIT = 5_000;
/** Milliseconds after which what has not come will not come: nothing leaves this process. */
const QUIET = 150;
/** A refusal by the policy; a request that was let through and failed on its way does not do. */
const REFUSED =
  /^HTTP\/1\.1 4[\s\S]*\r\nX-Agentbox-Refused: (not-allowed|denied|bad-name|refused-address|bad-request)\r\n/i;

/** One request of the self-test. */
export interface Probe {
  /** What it means when it does not pass. */
  readonly name: string;
  /** Tries it from a box with this socket. */
  readonly passes: (socket: string) => Promise<boolean>;
}

/** Every attack that must fail, and what must work, for a box that may only reach `allowed`. */
export function probesOf(allowed: Listener, other: Listener): readonly Probe[] {
  const here = `127.0.0.1:${allowed.port}`;
  const refused = (name: string, request: string): Probe => ({
    name: `${name} was let through`,
    passes: async (socket) => REFUSED.test(await say(socket, [request])),
  });
  const connectTo = (target: string) => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
  const get = (url: string, host: string) => `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  return [
    refused('a name that no rule has', connectTo('denied.example:443')),
    refused('plain HTTP to a name that no rule has', get('http://denied.example/', 'denied.example')),
    refused('the metadata address', connectTo('169.254.169.254:80')),
    refused('plain HTTP to the metadata address', get('http://169.254.169.254/', '169.254.169.254')),
    refused('an address written as one number', connectTo(`2130706433:${allowed.port}`)),
    refused('an address in hexadecimal', connectTo(`0x7f.0.0.1:${allowed.port}`)),
    refused('another port', connectTo(`127.0.0.1:${other.port}`)),
    {
      name: 'TLS for another server name was let through',
      passes: async (socket) => {
        const hello = helloFor('denied.example');
        await say(socket, [connectTo(here), hello]);
        return !allowed.received().includes('denied.example');
      },
    },
    {
      name: 'what is allowed does not work',
      passes: async (socket) =>
        /^HTTP\/1\.[01] 200 [\s\S]*\r\n\r\npong$/.test(await say(socket, [connectTo(here), 'ping'])),
    },
  ];
}

/** Sends one part after the other, each once something came back, and gives all that came until the end, `pong`, or silence. */
function say(path: string, parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const left = [...parts];
    let heard = '';
    const socket = connect(path, () => socket.write(left.shift() ?? ''));
    const done = () => {
      socket.destroy();
      resolve(heard);
    };
    let timer = setTimeout(done, LIMIT);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (heard.endsWith('pong')) return done();
      const next = left.shift();
      if (next !== undefined) socket.write(next);
      clearTimeout(timer);
      timer = setTimeout(done, QUIET);
    });
    socket.on('error', done);
    socket.on('close', () => {
      clearTimeout(timer);
      done();
    });
  });
}
