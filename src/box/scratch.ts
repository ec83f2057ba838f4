import { lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { scratchDir } from '../config/paths.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import type { ProjectFacts } from '../plan/facts.ts';
import { ORDINARY_USER } from '../plan/user.ts';

/**
 * The client's own folder as a project (`run --scratch`). It is made when the box is (ensureClientState), so here it may
 * not be there yet; it will belong to the caller, or to an ordinary user when root calls.
 */
export async function scratchFacts(context: Pick<Context, 'paths' | 'caller'>, client: string): Promise<ProjectFacts> {
  const wanted = scratchDir(context.paths, client);
  const there = await lstat(wanted).catch(() => undefined);
  const { uid, gid } = there !== undefined && there.uid !== 0 ? there : context.caller;
  // The last part is not followed, and ensureClientState refuses a link there.
  const path = join(await realPathOf(dirname(wanted)), basename(wanted));
  return { path, uid: uid || ORDINARY_USER, gid: uid === 0 ? ORDINARY_USER : gid, scratch: true };
}
