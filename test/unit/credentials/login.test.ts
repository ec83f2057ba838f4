import { symlink } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { ended, hostLoginFile, loginText, NOW, put, request, stateLoginFile, world } from './support.ts';

const PATH = '/home/agent/.claude/.credentials.json';

async function resolved(deps: SourceDeps, login: 'own' | 'host', fresh = false) {
  return resolveCredentials(request({ profile: profile({ login }), fresh }), deps);
}

describe('login: host', () => {
  test('copies the login of the host without its refresh token', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('host-token', 5, 'host-refresh'));
    const { credentials, notices } = await resolved(deps, 'host');
    expect(credentials).toEqual([
      {
        name: 'claude login',
        source: `login of the host, ${hostLoginFile(deps)}`,
        expires: NOW + 5 * 3_600_000,
        delivery: 'file',
        path: PATH,
        when: 'once',
        value: loginText('host-token', 5),
      },
    ]);
    expect(JSON.stringify(credentials)).not.toContain('host-refresh');
    expect(notices).toEqual([]);
  });

  test('warns when the copy ends within the hour', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('host-token', 0.7));
    expect((await resolved(deps, 'host')).notices).toEqual([
      'the copied login ends in 42m; agentbox login makes one that renews itself',
    ]);
  });

  test('stops when the login of the host has expired, and says that the agent renews it', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('host-token', -1, 'refresh'));
    const error = await userError(() => resolved(deps, 'host'));
    expect(error).toMatchObject({
      trouble: 'credentials',
      message: 'the login of Claude Code on this machine has expired',
      why: 'it ended at 2026-03-01T11:00:00.000Z, and a copy cannot be renewed',
    });
    expect(error.next[0]).toMatch(/^claude /);
    expect(error.next[1]).toMatch(/^agentbox login --client acme/);
  });

  test('leaves alone a login that was made in the box, which renews itself', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('host-token', 5));
    await put(stateLoginFile(deps), loginText('own', -1, 'own-refresh'));
    expect((await resolved(deps, 'host')).credentials).toMatchObject([
      { delivery: 'kept', path: PATH, source: 'login of the client, made in its box' },
    ]);
  });

  test('replaces it when it is to be fresh', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('host-token', 5));
    await put(stateLoginFile(deps), loginText('own', 5, 'own-refresh'));
    expect((await resolved(deps, 'host', true)).credentials).toMatchObject([{ delivery: 'file', when: 'always' }]);
  });

  test('replaces an older copy, which nothing renews', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('new', 5));
    await put(stateLoginFile(deps), loginText('old', 1));
    expect((await resolved(deps, 'host')).credentials).toMatchObject([{ when: 'always', value: loginText('new', 5) }]);
  });

  test.each([undefined, -1])('lives on with the copy it has when the host has no better one (%s)', async (hours) => {
    const deps = await world();
    if (hours !== undefined) await put(hostLoginFile(deps), loginText('host', hours));
    await put(stateLoginFile(deps), loginText('copy', 2));
    expect((await resolved(deps, 'host')).credentials).toMatchObject([
      { delivery: 'kept', source: 'login copied earlier' },
    ]);
  });

  test('on macOS asks the keychain first, and reads what it gives as hex digits', async () => {
    const asked: string[] = [];
    const hex = Buffer.from(loginText('mac-ü', 5, 'refresh')).toString('hex');
    const deps = await world({
      platform: 'darwin',
      execute: async (argv, options) => {
        asked.push(argv.join(' '));
        expect(options?.timeout).toBe(5000);
        return ended({ stdout: hex });
      },
    });
    expect((await resolved(deps, 'host')).credentials).toMatchObject([
      { value: loginText('mac-ü', 5), source: 'login of the host, keychain item Claude Code-credentials' },
    ]);
    expect(asked).toEqual(['/usr/bin/security find-generic-password -s Claude Code-credentials -w']);
  });

  test('on macOS without the item reads the file', async () => {
    const deps = await world({ platform: 'darwin', execute: async () => ended({ code: 44 }) });
    await put(hostLoginFile(deps), loginText('file', 5));
    expect((await resolved(deps, 'host')).credentials).toMatchObject([{ value: loginText('file', 5) }]);
  });
});

describe('login: own', () => {
  test('never looks at the login of the host', async () => {
    const deps = await world();
    await put(hostLoginFile(deps), loginText('host-token', 5));
    await expect(resolved(deps, 'own')).rejects.toThrow('no credentials for claude in client acme');
    await expect(resolved(deps, 'own', true)).rejects.toThrow('no credentials for claude in client acme');
  });

  test('is kept as it is', async () => {
    const deps = await world();
    await put(stateLoginFile(deps), loginText('own', 5, 'refresh'));
    const { credentials } = await resolved(deps, 'own', true);
    expect(credentials).toMatchObject([{ delivery: 'kept' }]);
    expect(JSON.stringify(credentials)).not.toContain('refresh"');
  });

  test('stops when it has expired and cannot renew itself', async () => {
    const deps = await world();
    await put(stateLoginFile(deps), loginText('own', -1));
    expect(await userError(() => resolved(deps, 'own'))).toMatchObject({
      message: 'the login of claude in client acme has expired',
      next: ['agentbox login --client acme'],
    });
  });

  test('is never read through a link that a box may have made', async () => {
    const deps = await world();
    const secret = await put(hostLoginFile(deps), loginText('host-token', 5, 'refresh'));
    await put(`${stateLoginFile(deps)}.other`, '');
    await symlink(secret, stateLoginFile(deps));
    const error = await userError(() => resolved(deps, 'own'));
    expect(error).toMatchObject({ trouble: 'state', why: 'it is a link, and agentbox does not follow links here' });
  });

  test('that is larger than any login is not read', async () => {
    const deps = await world();
    await put(stateLoginFile(deps), 'x'.repeat(17 * 1024 * 1024));
    expect((await userError(() => resolved(deps, 'own'))).why).toContain('larger than');
  });
});
