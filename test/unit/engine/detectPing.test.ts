import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../../src/config/paths.ts';
import { ping } from '../../../src/engine/detect/ping.ts';
import { hostOf } from '../../../src/engine/detect.ts';
import { temporary } from '../support/config.ts';

type Listener = { listen(path: string, ready: () => void): unknown; close(): unknown };

const open: Listener[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening(server: Listener): Promise<string> {
  const path = join(await temporary(), 'engine.sock');
  open.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

describe('a ping', () => {
  it('knows Docker, and Podman behind the same question', async () => {
    const docker = createServer((request, answer) => answer.writeHead(request.url === '/_ping' ? 200 : 404).end('OK'));
    const podman = createServer((_, answer) => answer.writeHead(200, { 'Libpod-API-Version': '4.3.1' }).end('OK'));
    expect(await ping(await listening(docker))).toEqual({ state: 'docker' });
    expect(await ping(await listening(podman))).toEqual({ state: 'podman' });
  });

  it('finds nobody behind a path that is no socket', async () => {
    const directory = await temporary();
    await writeFile(join(directory, 'file'), '');
    expect(await ping(join(directory, 'gone'))).toEqual({ state: 'nobody', code: 'ENOENT' });
    expect(await ping(join(directory, 'file'))).toEqual({ state: 'nobody', code: 'ECONNREFUSED' });
  });

  it('finds it strange when something else answers', async () => {
    const web = createServer((_, answer) => answer.writeHead(403).end());
    const other = createSocket((socket) => socket.end('SSH-2.0-nothing\r\n'));
    expect(await ping(await listening(web))).toMatchObject({ state: 'strange', why: expect.stringContaining('403') });
    expect((await ping(await listening(other))).state).toMatch(/strange|nobody/);
  });

  it('does not wait for an engine that hangs', async () => {
    const silent = createSocket(() => {});
    expect(await ping(await listening(silent), 50)).toEqual({ state: 'slow', seconds: 0.05 });
  });
});

describe('the real host', () => {
  it('knows programs from other files, and reads what is there', async () => {
    const directory = await temporary();
    const host = hostOf({ env: {}, platform: 'linux', paths: pathsOf({}, directory) });
    const program = join(directory, 'podman');
    await writeFile(program, '#!/bin/sh\n');
    expect([await host.isProgram(program), await host.isProgram(directory)]).toEqual([false, false]);
    await chmod(program, 0o755);
    expect(await host.isProgram(program)).toBe(true);
    expect([await host.read(program), await host.read(join(directory, 'gone'))]).toEqual(['#!/bin/sh\n', undefined]);
  });
});
