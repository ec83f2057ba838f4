import { plain } from '../../ui/plain.ts';
import type { Brought } from './bringBack.ts';
import { type Aside, branchOf, type Move } from './decide.ts';
import { shortName } from './names.ts';

/** What is to be told of one repository, a line each; names are the box's, so they are made plain. */
export function tellBrought(brought: Brought): readonly string[] {
  const { news, head, moves, deleted, place } = brought;
  const lines = moves.map((move) => tellMove(brought, move));
  if (head !== undefined) {
    const branch = branchOf(head);
    lines.push(
      branch === undefined ? `HEAD is detached at ${head.slice(0, 9)} now` : `${shortName(branch)} is checked out now`,
    );
  }
  if (brought.stayed) {
    const branch = branchOf(news.head);
    const where = branch === undefined ? 'no branch' : shortName(branch);
    lines.push(`the box ended on ${where}; what is checked out here stays, with the box’s files in it`);
  }
  for (const ref of deleted) lines.push(`the box deleted ${shortName(ref)}; it is still here`);
  for (const ref of news.missing) lines.push(`${shortName(ref)} did not come back: its objects are not there`);
  if (news.stashes.length > 0)
    lines.push(`${count(news.stashes.length, 'stash', 'stashes')} came back: git stash list`);
  if (news.unmerged && brought.index) lines.push('the box left conflicts unresolved; the index here is without them');
  const end = place === '' ? '' : ` (${place})`;
  return lines.map((line) => plain(`${line}${end}`));
}

/** What is told of one branch or tag. */
function tellMove({ news }: Brought, { ref, to, from, id, aside }: Move): string {
  const name = shortName(ref);
  const commits = ref === 'HEAD' ? undefined : news.commits[ref];
  const what =
    commits === undefined || commits === 0 || ref.startsWith('refs/tags/')
      ? name
      : `${count(commits, 'commit', 'commits')} on ${name}`;
  if (aside !== undefined) {
    const merge = ref.startsWith('refs/tags/') ? '' : `: git merge ${shortName(to)}`;
    return `${what} came back as ${shortName(to)}, since ${WHY[aside](name)}${merge}`;
  }
  if (from !== undefined && commits === 0) return `${name} is at ${id.slice(0, 9)} now`;
  return `${what} came back`;
}

const WHY: Readonly<Record<Aside, (name: string) => string>> = {
  moved: (name) => `${name} has moved here meanwhile`,
  'checked-out': (name) => `${name} is checked out here and something changed meanwhile`,
  worktree: (name) => `${name} is checked out in another worktree`,
  taken: (name) => `there is another ${name} here`,
  name: () => 'that name cannot be had here',
  detached: () => 'it is on no branch',
};

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
