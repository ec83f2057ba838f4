import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerClient } from '../../../src/engine/docker/client.ts';
import { dockerEngine } from '../../../src/engine/docker.ts';

let dir: string;
let socketPath: string;
let server: Server | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'agentbox-client-'));
  socketPath = join(dir, 'docker.sock');
});
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(dir, { recursive: true });
});

function listen(onConnection: (socket: Socket) => void): Promise<void> {
  server = createServer(onConnection);
  return new Promise((resolve) => server?.listen(socketPath, resolve));
}

const engine = () => dockerEngine({ socketPath, endpoint: 'test', configDir: dir });

describe('an engine that cannot be reached', () => {
  it('is said not to be running when there is no socket', async () => {
    await expect(engine().facts()).rejects.toMatchObject({ trouble: 'engine', message: 'Docker is not running' });
  });

  it('is said to have gone away when it hangs up before it answers', async () => {
    await listen((socket) => socket.once('data', () => socket.destroy()));
    await expect(engine().boxes({})).rejects.toMatchObject({
      trouble: 'engine',
      message: 'the connection to Docker broke',
    });
  });

  it('is said to have gone away when it hangs up in the middle of an answer', async () => {
    await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"Server')),
    );
    await expect(engine().facts()).rejects.toMatchObject({
      trouble: 'engine',
      message: 'the connection to Docker broke',
    });
  });

  it('is given up when it does not answer, and the connection with it', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await listen((socket) => socket.on('close', closed).resume());
    const listing = dockerClient(socketPath).call(
      'listing',
      (docker, abortSignal) => docker.listContainers({ abortSignal }),
      100,
    );
    await expect(listing).rejects.toMatchObject({ trouble: 'engine', why: 'listing took longer than 0.1 s' });
    await gone;
  });

  it('is asked again after a failure', async () => {
    const one = engine();
    await expect(one.facts()).rejects.toThrow('Docker is not running');
    await listen((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{"ServerVersion":"1.2"}')),
    );
    expect((await one.facts()).version).toBe('1.2');
  });
});
