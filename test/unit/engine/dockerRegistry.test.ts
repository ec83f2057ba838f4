import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitRef } from '../../../src/engine/docker/pull.ts';
import { registryAuth, registryOf } from '../../../src/engine/docker/registryAuth.ts';
import { type Execute, execute } from '../../../src/execute.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agentbox-registry-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

const login = (text: string) => Buffer.from(text).toString('base64');
const config = (value: unknown) => writeFile(join(dir, 'config.json'), JSON.stringify(value));
// The helpers of the test are the only programs that can be found.
const run: Execute = (argv, options) => execute(argv, { ...options, env: { PATH: `${dir}:/usr/bin:/bin` } });
const authOf = (ref: string) => registryAuth(ref, { configDir: dir, execute: run });

async function helper(name: string, script: string): Promise<void> {
  const file = join(dir, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

describe('the registry of an image', () => {
  it.each([
    ['node', 'https://index.docker.io/v1/'],
    ['node:22-slim', 'https://index.docker.io/v1/'],
    ['team/app', 'https://index.docker.io/v1/'],
    ['docker.io/library/node', 'https://index.docker.io/v1/'],
    ['ghcr.io/team/app:1', 'ghcr.io'],
    ['localhost/app', 'localhost'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000'],
  ])('of %s is %s', (ref, registry) => {
    expect(registryOf(ref)).toBe(registry);
  });
});

describe('name and tag', () => {
  it.each([
    ['node', 'node', 'latest'],
    ['node:22', 'node', '22'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000/app', 'latest'],
    ['127.0.0.1:5000/app:1', '127.0.0.1:5000/app', '1'],
    ['ghcr.io/a/b@sha256:00', 'ghcr.io/a/b', 'sha256:00'],
  ])('of %s', (ref, fromImage, tag) => {
    expect(splitRef(ref)).toEqual({ fromImage, tag });
  });
});

describe('the login for a registry', () => {
  it('is none without a configuration, or with a broken one', async () => {
    expect(await authOf('ghcr.io/a/b')).toBeUndefined();
    await writeFile(join(dir, 'config.json'), '{broken');
    expect(await authOf('ghcr.io/a/b')).toBeUndefined();
  });

  it('is read from the configuration, in both spellings of a name', async () => {
    await config({
      auths: { 'https://ghcr.io/v1/': { auth: login('me:pass:word') }, 'other.io': { auth: login('x:y') } },
    });
    expect(await authOf('ghcr.io/a/b')).toEqual({ username: 'me', password: 'pass:word', serveraddress: 'ghcr.io' });
    expect(await authOf('quay.io/a/b')).toBeUndefined();
  });

  it('may be a token', async () => {
    await config({ auths: { 'ghcr.io': { identitytoken: 'tok' } } });
    expect(await authOf('ghcr.io/a')).toEqual({ identitytoken: 'tok', serveraddress: 'ghcr.io' });
  });

  it("is asked of the registry's helper, which gets the name on its input", async () => {
    await config({ credHelpers: { 'ghcr.io': 'one' }, credsStore: 'two' });
    await helper('one', `read -r name || true; printf '{"Username":"me","Secret":"for %s"}' "$name"`);
    await helper('two', `cat >/dev/null; printf '{"Username":"<token>","Secret":"tok"}'`);
    expect(await authOf('ghcr.io/a')).toEqual({ username: 'me', password: 'for ghcr.io', serveraddress: 'ghcr.io' });
    expect(await authOf('node')).toEqual({ identitytoken: 'tok', serveraddress: 'https://index.docker.io/v1/' });
  });

  it('is none when the helper has none', async () => {
    await config({ credsStore: 'one' });
    await helper('one', 'echo "credentials not found in native keychain"; exit 1');
    expect(await authOf('node')).toBeUndefined();
  });

  it('is an error with its remedy when the helper is not installed', async () => {
    await config({ credsStore: 'nowhere' });
    await expect(authOf('node')).rejects.toMatchObject({
      trouble: 'engine',
      message: 'there is no docker-credential-nowhere',
      next: [expect.stringContaining('install')],
    });
  });
});
