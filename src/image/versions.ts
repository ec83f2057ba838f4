import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { privateDirectory } from '../state/privateDirectory.ts';
import { writeState } from '../state/writeFile.ts';

/** Versions by agent. */
export type Versions = Readonly<Record<string, string>>;

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * The version of an agent to use: what the configuration asks for, else the newer one of the version that this agentbox
 * pins and the one that the last `--rebuild` found; undefined for an agent without versions. Throws UserError('config').
 */
export function versionOf(agent: string, wanted: Versions, recorded: Versions, pinned: Versions): string | undefined {
  const [asked, found, own] = [wanted[agent], recorded[agent], pinned[agent]];
  if (asked !== undefined) return exact(asked, agent);
  if (found === undefined || own === undefined) return own;
  return isNewer(found, own) ? found : own;
}

/** The versions that `--rebuild` found; none when it never ran. */
export async function recordedVersions(dataDir: string): Promise<Versions> {
  const text = await readFile(fileOf(dataDir), 'utf8').catch(() => '{}');
  try {
    const entries = Object.entries(JSON.parse(text) as object);
    return Object.fromEntries(entries.filter(([, version]) => typeof version === 'string' && EXACT.test(version)));
  } catch {
    // Only a hint which version is newer: a broken one is as good as none.
    return {};
  }
}

/** Remembers the version that `--rebuild` found. */
export async function recordVersion(dataDir: string, agent: string, version: string): Promise<void> {
  const versions = { ...(await recordedVersions(dataDir)), [agent]: version };
  await privateDirectory(dataDir);
  await writeState(fileOf(dataDir), `${JSON.stringify(versions, null, 2)}\n`);
}

/** True for one exact version, as npm writes it. */
export function isVersion(text: string): boolean {
  return EXACT.test(text);
}

function exact(version: string, agent: string): string {
  if (isVersion(version)) return version;
  throw new UserError('config', `agent_version of ${agent}: "${version}" is no version`, {
    why: 'an image is made of one exact version, so a range or a tag such as "latest" does not do',
    next: ['write it in full, for example 2.1.329', 'agentbox build --rebuild takes the newest one'],
  });
}

function isNewer(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) > 0;
}

const fileOf = (dataDir: string) => join(dataDir, 'versions.json');
