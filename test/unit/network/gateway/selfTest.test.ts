import { rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLines, sendLine } from '../../../../src/network/gateway/lines.ts';
import { type RunProxy, selfTest } from '../../../../src/network/gateway/selfTest.ts';
import type { ToGateway } from '../../../../src/network/protocol.ts';

const FORBIDDEN = '403 Forbidden\r\nX-Agentbox-Refused: not-allowed';
const TRIED = '502 Bad Gateway\r\nX-Agentbox-Refused: unreachable';

/**
 * A stand-in for a proxy that obeys no policy but `lets`, which sees the head of a request, and `passes`, which sees what
 * follows; `unknown` is its answer to a name that it does not know.
 */
function proxy(
  lets: (head: string, port: number) => boolean,
  passes: (bytes: Buffer) => boolean,
  unknown = FORBIDDEN,
): RunProxy {
  return async ({ input, output, sockets }) => {
    let port = 0;
    const open = new Set<Socket>();
    const server = createServer((box) => {
      open.add(box);
      box.on('error', () => {});
      box.once('data', (first) => {
        const head = first.toString();
        if (!lets(head, port)) {
          const status = head.includes('denied.example:443') ? unknown : FORBIDDEN;
          return box.end(`HTTP/1.1 ${status}\r\n\r\n`);
        }
        const target = Number(/127\.0\.0\.1:(\d+)/.exec(head)?.[1] ?? port);
        const up = connect(target, '127.0.0.1', () => box.write('HTTP/1.1 200 OK\r\n\r\n'));
        up.on('error', () => box.destroy());
        up.pipe(box);
        box.on('data', (bytes) => (passes(bytes) ? up.write(bytes) : box.destroy()));
        box.on('close', () => up.destroy());
      });
    });
    await readLines(input, (line) => {
      const message = JSON.parse(line) as ToGateway;
      if (message.op !== 'state') return;
      const [box] = message.state.boxes;
      port = box?.policy.rules[0]?.target.kind === 'range' ? (box.policy.rules[0].target.ports?.[0] ?? 0) : 0;
      const path = join(sockets, box?.socket ?? '');
      rmSync(path, { force: true });
      server.listen(path, () => sendLine(output, { event: 'ack', revision: message.revision }));
    });
    server.close();
    for (const socket of open) socket.destroy();
  };
}

const rightHead = (head: string, port: number) => head.startsWith(`CONNECT 127.0.0.1:${port} `);
const rightBytes = (bytes: Buffer) => bytes[0] !== 22;

describe('the self-test of a gateway', () => {
  it('finds nothing in a proxy that lets through what is allowed and nothing else', async () => {
    expect(await selfTest(proxy(rightHead, rightBytes))).toBeUndefined();
  });

  it.each<[string, RunProxy]>([
    ['what is allowed does not work', proxy(() => false, rightBytes)],
    ['TLS for another server name was let through', proxy(rightHead, () => true)],
    [
      'a name that no rule has',
      proxy((head, port) => rightHead(head, port) || head.includes('denied.example:443'), rightBytes),
    ],
    ['a name that no rule has', proxy(rightHead, rightBytes, TRIED)],
    ['the metadata address', proxy((head, port) => rightHead(head, port) || head.includes('169.254'), rightBytes)],
    [
      'an address written as one number',
      proxy((head, port) => rightHead(head, port) || head.includes('2130706433'), rightBytes),
    ],
    ['an address in hexadecimal', proxy((head, port) => rightHead(head, port) || head.includes('0x7f'), rightBytes)],
    ['another port', proxy((head) => head.startsWith('CONNECT 127.0.0.1:'), rightBytes)],
    ['a port that was not allowed was reached', proxy((head) => head.startsWith('CONNECT 127.0.0.1:'), rightBytes)],
    ['the proxy ended by itself', async () => {}],
    ['the self-test broke: out of order', async () => Promise.reject(new Error('out of order'))],
  ])('finds: %s', async (words, broken) => {
    expect(await selfTest(broken)).toContain(words);
  });

  it('does not wait for ever', async () => {
    const mute: RunProxy = () => new Promise(() => {});
    expect(await selfTest(mute, 200)).toContain('took longer');
  });
});
