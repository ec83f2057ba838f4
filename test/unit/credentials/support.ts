import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { claude } from '../../../src/agents/claude.ts';
import { agentStateDir, pathsOf } from '../../../src/config/paths.ts';
import { type CredentialRequest, NO_ENV } from '../../../src/credentials/resolved.ts';
import type { SourceDeps } from '../../../src/credentials/sources/deps.ts';
import { type Executed, execute } from '../../../src/execute.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';
import { profile } from '../support/facts.ts';

/** The time of all these tests. */
export const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

/** The outside world with an empty temporary home, on Linux, at NOW. */
export async function world(changes: Partial<SourceDeps> = {}): Promise<SourceDeps> {
  const home = await temporary();
  return {
    io: testContext(home).io,
    env: {},
    execute,
    platform: 'linux',
    program: ['/usr/bin/false'],
    caller: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: 'ann' },
    paths: pathsOf({}, home),
    now: () => new Date(NOW),
    ...changes,
  };
}

/** How claude writes a login that ends `hours` from NOW. */
export function loginText(token: string, hours: number, refresh?: string): string {
  const refreshToken = refresh === undefined ? {} : { refreshToken: refresh };
  return JSON.stringify({ claudeAiOauth: { accessToken: token, expiresAt: NOW + hours * HOUR, ...refreshToken } });
}

/** Writes a file (0600) with the directories above it. */
export async function put(path: string, text: string, mode = 0o600): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, mode);
  return path;
}

/** The login file of claude on this host. */
export const hostLoginFile = (deps: SourceDeps) => join(deps.paths.home, '.claude/.credentials.json');

/** The login file of claude in the state of client acme. */
export const stateLoginFile = (deps: SourceDeps, client = 'acme') =>
  join(agentStateDir(deps.paths, client, 'claude'), '.credentials.json');

/** Claude for client acme, without anything. */
export function request(changes: Partial<CredentialRequest> = {}): CredentialRequest {
  return { profile: profile(), agent: claude, env: NO_ENV, fresh: false, ...changes };
}

/** The end of a program as it would be told. */
export function ended(changes: Partial<Executed>): Executed {
  return { code: 0, stdout: '', stderr: '', timedOut: false, missing: false, ...changes };
}
