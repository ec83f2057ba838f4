import type { Decision } from './decide.ts';
import type { Journal } from './journal.ts';

/** What a writer is to do with one repository, as images/workspace/take-commits reads it. */
export interface TakePlan {
  readonly token: string;
  readonly box: string;
  /** HEAD of the host as it was looked at. */
  readonly at: string;
  readonly pack: boolean;
  /** A try before this one that was interrupted. */
  readonly journal: Journal | undefined;
  /** With HEAD and index, when the index is as it was. */
  readonly along: Decision;
  /** Without. */
  readonly apart: Decision;
  /** The box's index. */
  readonly tree: string | undefined;
  /** agentbox's copy of the index at the start may be compared with. */
  readonly start: boolean;
  /** Trees that the index may be as well. */
  readonly same: readonly string[];
  /** Of UNDER_WAY, what the box has ended. */
  readonly over: readonly string[];
  /** The repository lacks objects that it can fetch. */
  readonly partial: boolean;
  /** The oldest first. */
  readonly stashes: readonly string[];
}

/** The lines of a plan; every name and id in it has been checked. Pure. */
export function takeLines(plan: TakePlan): string {
  const { along, apart, tree, journal } = plan;
  const index = along.index ? tree : undefined;
  const tips = [...along.moves, ...apart.moves].map(({ id }) => id);
  const lines = [
    `token ${plan.token}`,
    `box ${plan.box}`,
    `at ${plan.at}`,
    `pack ${plan.pack ? 'yes' : 'no'}`,
    `asks ${along.index || along.head !== undefined ? 'yes' : 'no'}`,
    `start ${plan.start ? 'yes' : 'no'}`,
    `partial ${plan.partial ? 'yes' : 'no'}`,
    ...plan.over.map((state) => `over ${state}`),
    ...plan.same.map((id) => `same ${id}`),
    ...(journal === undefined ? [] : leftovers(journal)),
    ...[...new Set([...tips, ...(index === undefined ? [] : [index]), ...plan.stashes])].map((id) => `new ${id}`),
    ...refLines('along', along),
    ...refLines('apart', apart),
    ...(along.head === undefined ? [] : [`along-head ${along.head}`]),
    ...(along.head === undefined || along.head.startsWith('ref: ') ? [] : [`new ${along.head}`]),
    ...(index === undefined ? [] : [`along-index ${index}`]),
    ...plan.stashes.map((id) => `stash ${id}`),
  ];
  return `${lines.join('\n')}\n`;
}

function refLines(way: 'along' | 'apart', { moves }: Decision): string[] {
  return moves.map(({ to, from, id }) =>
    from === undefined ? `${way}-ref create ${to} ${id}` : `${way}-ref update ${to} ${id} ${from}`,
  );
}

/** The locks that the interrupted try may have left. */
function leftovers({ token, head, moves }: Journal): string[] {
  return [
    `again ${token}`,
    ...(head === undefined ? [] : [`lock-head ${head}`]),
    ...moves.map(({ id, to }) => `lock-ref ${id} ${to}`),
  ];
}
