import { plain } from '../../ui/plain.ts';
import type { Conflict, LandingPlan } from './landingPlan.ts';

/** Why nothing landed, by what plan-apply calls it. */
const REFUSALS: Readonly<Record<string, (path: string) => readonly string[]>> = {
  unmerged: (path) => [
    `${path} has a conflict that is not resolved in the project`,
    'next: resolve it, then try again',
  ],
  busy: (path) => [`the project is in the middle of something (${path})`, 'next: finish it, or use --patch'],
  staged: (path) => [
    `${path} is staged with a content that is neither committed nor in the file, and would be lost`,
    'next: commit it or take it out of the index (git restore --staged), or use --patch',
  ],
  special: (path) => [`${path} is no plain file in the project`],
  unreadable: (path) => [`${path} cannot be read in the project`],
};

/** Why a plan does not come about, for people; nothing has changed then. Pure. */
export function troubleLines(plan: Exclude<LandingPlan, { kind: 'ready' }>, box: string): readonly string[] {
  if (plan.kind === 'lacking') return ['agentbox: the clone has lost objects that it was made of; nothing has changed'];
  if (plan.kind === 'refused') {
    const [what = plan.why, ...next] = REFUSALS[plan.why]?.(plain(plan.path)) ?? [plan.why];
    return [`agentbox: ${what}; nothing has changed`, ...next.map((line) => `  ${line}`)];
  }
  return [
    ...plan.conflicts.map(conflictLine),
    'agentbox: nothing has changed',
    `  next: agentbox apply ${box} -- PATH…   for what does not conflict`,
    ...(plan.conflicts.some(({ kind }) => kind === 'commit')
      ? [`        agentbox apply ${box} --patch   for the changes in one, without the commits`]
      : []),
    '        or commit, move or take back what the project has there, and try again',
  ];
}

function conflictLine({ kind, where, text }: Conflict): string {
  if (kind === 'untracked') return plain(`${where}: the project has a file of that name that git does not track`);
  return plain(kind === 'commit' ? `${text} (commit ${where})` : text);
}
