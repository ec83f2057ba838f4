import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { boxFrames } from '../../../src/box/frames.ts';
import { credentialFiles } from '../../../src/credentials/deliver.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { MARK_FILE, markOf } from '../../../src/credentials/sharedMark.ts';
import { sharingRows } from '../../../src/credentials/sharing.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { hostLoginFile, loginText, put, request, stateLoginFile, world } from './support.ts';

const markFile = (deps: SourceDeps) => join(dirname(stateLoginFile(deps)), MARK_FILE);

/** One run with `login: host`: what it would deliver is written where a box would write it. */
async function run(deps: SourceDeps, shareRefresh: boolean, fresh = false) {
  const shared = profile({ login: 'host', shareRefresh });
  const { credentials } = await resolveCredentials(request({ profile: shared, fresh }), deps);
  for (const frame of credentialFiles(credentials)) {
    if (frame.op === 'file')
      await put(join(dirname(stateLoginFile(deps)), frame.path.split('/').at(-1) ?? ''), frame.content);
  }
  return credentials[0];
}

const inState = async (deps: SourceDeps) => JSON.parse(await readFile(stateLoginFile(deps), 'utf8')).claudeAiOauth;
const host = (deps: SourceDeps, text: string) => put(hostLoginFile(deps), text);
const box = (deps: SourceDeps, text: string) => put(stateLoginFile(deps), text);

describe('share_refresh', () => {
  test('copies the refresh token too, also of a login whose access token has ended', async () => {
    const deps = await world();
    await host(deps, loginText('a1', -1, 'r1'));
    await run(deps, true);
    expect(await inState(deps)).toMatchObject({ accessToken: 'a1', refreshToken: 'r1' });
  });

  test('notes beside the login that it is a copy, with nothing secret in the note', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, true);
    const note = await readFile(markFile(deps), 'utf8');
    expect(note).toMatch(/^[0-9a-f]{64}$/);
    expect(note).not.toContain('r1');
  });

  test('keeps what a box renewed, for the token of the host is used up', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, true);
    await box(deps, loginText('a2', 6, 'r2'));
    for (const fresh of [false, true]) {
      expect(await run(deps, true, fresh)).toMatchObject({
        delivery: 'kept',
        source: 'login of the host, copied with its refresh token',
      });
    }
    expect(await inState(deps)).toMatchObject({ refreshToken: 'r2' });
  });

  test('follows the host when it renewed or logged in anew, whatever the box has', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, true);
    await box(deps, loginText('a2', 9, 'r2'));
    await host(deps, loginText('b1', 5, 's1'));
    await run(deps, true);
    expect(await inState(deps)).toMatchObject({ refreshToken: 's1' });
  });

  test('takes the login of the host again when the box has lost its own', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, true);
    await box(deps, loginText('', 0, ''));
    await run(deps, true);
    expect(await inState(deps)).toMatchObject({ refreshToken: 'r1' });
  });

  test('takes nothing of a login that was made in the box, unless asked to', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await box(deps, loginText('own', 1, 'own-refresh'));
    expect(await run(deps, true)).toMatchObject({ source: 'login of the client, made in its box' });
    await run(deps, true, true);
    expect(await inState(deps)).toMatchObject({ refreshToken: 'r1' });
  });

  test('turned off, takes the refresh token back where the host still has it', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, true);
    await run(deps, false);
    expect(await inState(deps)).toEqual({ accessToken: 'a1', expiresAt: expect.any(Number) });
    expect(await readFile(markFile(deps), 'utf8')).toBe('');
  });

  test('turned off, does not destroy the only login that is left', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, true);
    await box(deps, loginText('a2', 5, 'r2'));
    await run(deps, false);
    expect(await inState(deps)).toMatchObject({ refreshToken: 'r2' });
  });

  test('without it nothing is noted', async () => {
    const deps = await world();
    await host(deps, loginText('a1', 5, 'r1'));
    await run(deps, false);
    await expect(readFile(markFile(deps))).rejects.toThrow('ENOENT');
  });

  test('ends where the client logs in by itself', async () => {
    const context = testContext(await temporary());
    const deps = { ...context, now: () => new Date('2026-03-01T12:00:00Z') };
    await host(deps, loginText('a1', 5, 'r1'));
    const login = { profile: profile(), agent: claude, workspace: '/workspace' };
    const flags = { env: {}, mounts: [], engineArgs: {} };
    const noted = async () => {
      const { frames } = await boxFrames(context, { ...login, request: { flags, freshCreds: false, login: true } });
      return frames.filter((frame) => frame.op === 'file' && frame.path.endsWith(MARK_FILE));
    };
    expect(await noted()).toEqual([]);
    await run(deps, true);
    expect(await noted()).toMatchObject([{ content: '', when: 'always' }]);
  });

  test('never leaves everybody without a login that works, whoever renews in whatever order', async () => {
    const step = fc.constantFrom('host', 'box', 'run', 'fresh', 'off', 'on');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const deps = await world();
        let live = 'r0';
        let count = 0;
        let shares = true;
        await host(deps, loginText('a0', 5, live));
        await run(deps, shares);
        const holdsLive = async (path: string) =>
          JSON.parse(await readFile(path, 'utf8')).claudeAiOauth.refreshToken === live;
        for (const next of steps) {
          if (next === 'on' || next === 'off') shares = next === 'on';
          else if (next === 'run' || next === 'fresh') await run(deps, shares, next === 'fresh');
          else {
            const path = next === 'host' ? hostLoginFile(deps) : stateLoginFile(deps);
            // Only who holds the live token can renew; the others notice that they are logged out.
            if (!(await holdsLive(path))) continue;
            live = `r${++count}`;
            await put(path, loginText(`a${count}`, 5, live));
          }
          expect((await holdsLive(hostLoginFile(deps))) || (await holdsLive(stateLoginFile(deps)))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('is told apart by the refresh token alone', () => {
    const parse = (text: string) => claude.login?.parse(text);
    const [first, later, renewed] = [loginText('a', 5, 'r'), loginText('b', 9, 'r'), loginText('a', 5, 's')].map(parse);
    if (!first || !later || !renewed) throw new Error('not parsed');
    expect(markOf(first)).toBe(markOf(later));
    expect(markOf(first)).not.toBe(markOf(renewed));
    const { rotates: _, ...unknown } = first;
    expect(markOf(unknown)).not.toBe(markOf(first));
  });
});

describe('share_host_login', () => {
  test('uses the login of the host itself, and copies nothing', async () => {
    const deps = await world();
    const shared = profile({ login: 'host', shareHostLogin: true });
    await host(deps, loginText('a1', -1, 'r1'));
    const { credentials } = await resolveCredentials(request({ profile: shared }), deps);
    expect(credentials).toMatchObject([
      { delivery: 'kept', source: `login of the host itself, in ${join(deps.paths.home, '.claude')}` },
    ]);
    await host(deps, loginText('a1', -1));
    await expect(resolveCredentials(request({ profile: shared }), deps)).rejects.toThrow('on this machine has expired');
    await put(stateLoginFile(deps), loginText('own', 5, 'r'));
    await host(deps, '{}');
    await expect(resolveCredentials(request({ profile: shared }), deps)).rejects.toThrow('no credentials');
  });
});

test('creds has a row for each thing that is shared, and none by default', async () => {
  const deps = await world({ env: { SSH_AUTH_SOCK: '/run/agent' } });
  const rows = (changes: Parameters<typeof profile>[0]) =>
    sharingRows(request({ profile: profile(changes) }), deps).map(({ name, source, state }) => [name, source, state]);
  expect(rows({})).toEqual([]);
  expect(rows({ shareRefresh: true })).toEqual([]);
  expect(rows({ login: 'host', shareRefresh: true, sshAgent: true })).toEqual([
    ['share_refresh', 'login of the host', 'ok'],
    ['ssh_agent', 'SSH agent, /run/agent', 'ok'],
  ]);
  expect(rows({ login: 'host', shareRefresh: true, shareHostLogin: true })).toEqual([
    ['share_host_login', join(deps.paths.home, '.claude'), 'ok'],
  ]);
});
