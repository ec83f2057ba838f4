import { claimsOf } from '../config/binding.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import { isWithin } from '../plan/guard.ts';

/** The client of a command that has no project: the one asked for, else the one whose folder this is, else `default`. */
export async function clientHere(context: Context, requested: string | undefined): Promise<string> {
  if (requested !== undefined) return requested;
  const here = await realPathOf(context.cwd);
  const claims = await claimsOf(await context.config(), realPathOf);
  return claims.find(({ projects }) => projects.some((folder) => isWithin(here, folder)))?.client ?? DEFAULT_CLIENT;
}
