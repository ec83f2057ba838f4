import { basename } from 'node:path';
import { CLIENT_NAME, DEFAULT_CLIENT } from '../config/names.ts';
import type { Found } from './look.ts';

/** A name for a client, of the folder's; `default` where that makes none. Pure. */
export function proposedName({ project, refused }: Pick<Found, 'project' | 'refused'>): string {
  if (refused !== undefined) return DEFAULT_CLIENT;
  const name = basename(project.top)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 31)
    .replace(/-+$/, '');
  return CLIENT_NAME.test(name) ? name : DEFAULT_CLIENT;
}
