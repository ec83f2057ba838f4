import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '../agents/agent.ts';
import { needsProvider } from '../agents/serving.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { hostDirectoryOf, notShared } from '../credentials/stateDir.ts';
import { UserError } from '../errors.ts';
import type { CoveredEntry, SharedDirectory } from '../plan/facts.ts';

/**
 * The agent's directory on the host when the client shares it (`share_host_login`), undefined when it does not. Boxes
 * wrote there, so a link in the place of it or of what must be covered is refused: the engine would follow it. Throws
 * UserError that says why it cannot be shared.
 */
export async function sharedDirectory(
  profile: Profile,
  agent: Agent,
  context: Pick<Context, 'env' | 'paths'>,
): Promise<SharedDirectory | undefined> {
  if (!profile.shareHostLogin || !needsProvider(agent)) return undefined;
  const path = hostDirectoryOf(profile, agent, context);
  if (path === undefined) {
    const { what, why, next } = notShared(profile, agent);
    throw new UserError('unavailable', what, { ...(why === undefined ? {} : { why }), next });
  }
  const entry = await entryOf(path);
  if (entry === undefined) {
    throw new UserError('config', `share_host_login: there is no directory ${path}`, {
      next: [`${agent.name}   (run here, outside of a box, it makes one)`],
    });
  }
  if (!entry.isDirectory()) throw refused(path, entry.isSymbolicLink() ? 'it is a link' : 'it is no directory');
  if ((entry.mode & 0o022) !== 0) throw refused(path, 'other users can write there', `chmod go-w ${path}`);
  const covered = await coveredIn(path, agent);
  return { path: await realpath(path), uid: entry.uid, covered };
}

/**
 * What the host runs of a shared directory and is not what it was when the box began: new, or another file. A file that a
 * program of the host replaces is no longer mounted read-only in a box that runs (tried on runc).
 */
export async function changedIn(shared: SharedDirectory, agent: Agent): Promise<readonly string[]> {
  const names = await namesIn(shared.path, agent);
  const now = await Promise.all(names.map(async (name) => (await entryOf(join(shared.path, name)))?.ino));
  const before = new Map(shared.covered.map(({ name, inode }) => [name, inode]));
  return names
    .filter((name, index) => now[index] !== undefined && now[index] !== before.get(name))
    .map((name) => shown(join(shared.path, name)));
}

/** What is to be covered: the names that the agent lists, and those in the directory that end as it says. */
async function namesIn(path: string, agent: Agent): Promise<readonly string[]> {
  const listed = Object.keys(agent.hostDirectory?.covered ?? {});
  const ends = listed.filter((name) => name.startsWith('*')).map((name) => name.slice(1));
  const there = ends.length === 0 ? [] : await readdir(path).catch(() => []);
  const matching = there.filter((name) => ends.some((end) => name.endsWith(end)));
  return [...new Set([...listed.filter((name) => !name.startsWith('*')), ...matching.sort()])];
}

async function coveredIn(path: string, agent: Agent): Promise<readonly CoveredEntry[]> {
  const names = await namesIn(path, agent);
  const there = await Promise.all(
    names.map(async (name) => {
      const place = join(path, name);
      const entry = await entryOf(place);
      if (entry === undefined) return [];
      // A box may have named it, and a mount cannot have every name.
      if (!PLAIN.test(name)) throw refused(path, `${shown(place)} has a name that cannot be mounted`, 'rename it');
      if (entry.isFile() || entry.isDirectory()) return [{ name, inode: entry.ino }];
      throw refused(
        path,
        `${place} is a link, which no box can be kept from changing`,
        `put what it leads to in its place`,
      );
    }),
  );
  return there.flat();
}

const PLAIN = /^[\w.-]+$/;
const shown = (path: string) => (/^[^\p{C}]+$/u.test(path) ? path : JSON.stringify(path));

async function entryOf(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

function refused(path: string, why: string, ...next: readonly string[]): UserError {
  const out = 'or take share_host_login out of the client; login: host copies the login instead';
  return new UserError('refused', `share_host_login: ${path} cannot be shared`, { why, next: [...next, out] });
}
