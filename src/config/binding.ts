import { UserError } from '../errors.ts';
import type { ClientClaim } from '../plan/facts.ts';
import { isWithin } from '../plan/guard.ts';
import type { LoadedConfig } from './load.ts';
import { DEFAULT_CLIENT } from './names.ts';

/** The real path of an absolute one, which may not exist. */
export type RealPathOf = (path: string) => Promise<string>;

/** What each client claims, with real paths, in the order of the configuration. */
export function claimsOf(config: LoadedConfig, realPathOf: RealPathOf): Promise<readonly ClientClaim[]> {
  return Promise.all(
    [...config.clients].map(async ([client, { projects = [] }]) => ({
      client,
      projects: await Promise.all(projects.map(realPathOf)),
    })),
  );
}

/** Every claim that is inside, equal to or around one of a client before it; `index` counts the client's projects. */
export function overlapsOf(
  claims: readonly ClientClaim[],
): { readonly client: string; readonly index: number; readonly project: string; readonly other: string }[] {
  return claims.flatMap(({ client, projects }, position) =>
    projects.flatMap((mine, index) =>
      claims.slice(0, position).flatMap((other) => {
        const project = other.projects.find((theirs) => isWithin(mine, theirs) || isWithin(theirs, mine));
        return project === undefined ? [] : [{ client, index, project, other: other.client }];
      }),
    ),
  );
}

/**
 * The client that a project runs with (G7): the one asked for, else the one whose folder it lies in, else `default`.
 * `project` is a real path. Throws UserError('refused') when another client owns it or something in it.
 */
export async function bindingOf(
  config: LoadedConfig,
  project: string,
  requested: string | undefined,
  realPathOf: RealPathOf,
): Promise<string> {
  const claims = (await claimsOf(config, realPathOf)).flatMap(({ client, projects }) =>
    projects.map((folder) => ({ client, folder })),
  );
  const owner = claims.find(({ folder }) => isWithin(project, folder));
  const chosen = requested ?? owner?.client ?? DEFAULT_CLIENT;
  const foreign = claims.filter(
    ({ client, folder }) => client !== chosen && (isWithin(project, folder) || isWithin(folder, project)),
  );
  const [first] = foreign;
  if (first === undefined) return chosen;
  const owners = [...new Set(foreign.map(({ client }) => client))];
  const holds = !isWithin(project, first.folder);
  throw new UserError('refused', `${project} will not run with client ${chosen}`, {
    why: foreign
      .map(({ client, folder }) => `${folder}${holds ? ', which it contains,' : ''} belongs to client ${client}`)
      .join('; '),
    next: owners.length === 1 ? [`agentbox run --client ${owners[0]} …`] : ['run in a folder of one client'],
  });
}
