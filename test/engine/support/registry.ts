import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real registry on localhost, behind a password; plain HTTP. */
export interface Registry {
  /** `localhost:40001`. */
  readonly host: string;
  readonly user: string;
  readonly password: string;
  /** Where the registry keeps a blob (`sha256:…`): layers, configurations, manifests. */
  blob(digest: string): string;
  /** A manifest as JSON. */
  manifest(digest: string): { readonly layers: readonly { readonly digest: string }[] };
  close(): Promise<void>;
}

const PROGRAM = 'docker-registry';
const LOGIN = { user: 'puller', password: 'pass:word-of-the-test' };
// `htpasswd -B` of the above.
const HASH = '$2y$05$1iSbamRgIlakcZUUG41NTedsPwjTVnw7glc5aQObyLCW6/U7kaBxy';

/** True when there is a registry to start. Throws where tests must have one. */
export function hasRegistry(): boolean {
  if (spawnSync(PROGRAM, ['--version']).error === undefined) return true;
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1') throw new Error(`there is no ${PROGRAM}`);
  console.warn(`skipped: there is no ${PROGRAM}`);
  return false;
}

/** Starts a registry with data of its own; `close` ends it and removes what it kept. */
export async function startRegistry(): Promise<Registry> {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-registry-'));
  const port = await freePort();
  const host = `localhost:${port}`;
  writeFileSync(join(dir, 'htpasswd'), `${LOGIN.user}:${HASH}\n`);
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, 'data') } },
    http: { addr: `127.0.0.1:${port}`, secret: 'of the test' },
    auth: { htpasswd: { realm: 'test', path: join(dir, 'htpasswd') } },
  };
  // JSON is YAML too.
  writeFileSync(join(dir, 'config.yml'), JSON.stringify(config));
  const child = spawn(PROGRAM, ['serve', join(dir, 'config.yml')], { stdio: 'ignore' });
  const close = async () => {
    await ended(child);
    rmSync(dir, { recursive: true, force: true });
  };
  await answering(`http://${host}/v2/`).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const blob = (digest: string) => {
    const hex = digest.replace('sha256:', '');
    return join(dir, 'data/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
  };
  return { ...LOGIN, host, blob, manifest: (digest) => JSON.parse(readFileSync(blob(digest), 'utf8')), close };
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

async function answering(url: string): Promise<void> {
  const until = Date.now() + 10_000;
  while (Date.now() < until) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not ask for a password`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
