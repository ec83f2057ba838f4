import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import { parsePairs } from './pairs.ts';

/** How many are named before the rest is counted. */
const NAMED = 5;

const BIND = 'agentbox run --workspace bind, which works on the files themselves';

/** Why a project cannot be cloned, by what fill-clone found; `many` are its files by name. */
const REASONS: Readonly<
  Record<string, (many: string) => { readonly what: string; readonly why: string; readonly next: readonly string[] }>
> = {
  unreadable: (many) => ({
    what: `cannot clone all of the project: ${many}`,
    why: 'the user of the box may not read it',
    next: ['chmod or chown what it names, or list it under mask: in the settings', BIND],
  }),
  submodule: (many) => ({
    what: `a project with submodules cannot be cloned yet: ${many}`,
    why: 'work in a submodule would not come back with the rest',
    next: [BIND, 'or run agentbox in the submodule itself'],
  }),
  nested: (many) => ({
    what: `repositories lie in this folder, and none around them: ${many}`,
    why: 'git keeps no files of a repository in another, so their work would not come back',
    next: ['run agentbox in one of them', BIND],
  }),
  partial: () => ({
    what: 'a partial clone cannot be cloned again',
    why: 'a part of its history is only on the server, which no clone of it could ask',
    next: [BIND, 'or git fetch --refetch --no-filter, which gets all of it'],
  }),
  taken: () => ({
    what: 'the volume for the clone has files in it already',
    why: 'another box had the same name',
    next: ['run it again'],
  }),
};

/** The error for what fill-clone refused, `found` being the pairs that it printed. Pure. */
export function refusedClone(found: string): UserError {
  const pairs = parsePairs(found);
  for (const [reason, words] of Object.entries(REASONS)) {
    const names = pairs.filter(([kind]) => kind === reason).map(([, name]) => plain(name));
    if (names.length === 0) continue;
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    const { what, why, next } = words(`${names.slice(0, NAMED).join(', ')}${more}`);
    return new UserError('refused', what, { why, next });
  }
  return new UserError('refused', 'the project cannot be cloned', { next: [BIND] });
}
