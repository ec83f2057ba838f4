import { plain } from '../../ui/plain.ts';
import type { ReviewedClone } from './deps.ts';
import type { LeftOut, ReadyPlan } from './landingPlan.ts';
import { count } from './report.ts';
import type { Way } from './request.ts';
import type { CloneSnapshot } from './snapshot.ts';

/** What an apply lands, as it is told and printed with `--json`. */
export interface Landing {
  readonly box: string;
  readonly project: string;
  /** Paths of the project that are written or removed. */
  readonly files: readonly string[];
  readonly way: Way['kind'];
  /** Commits that land, the oldest first. */
  readonly commits: CloneSnapshot['commits'];
  /** The branch for commits that cannot be put on the project's own. */
  readonly branch: string;
  readonly why: string;
  readonly left: readonly LeftOut[];
  /** Branches of the clone with commits that are nowhere else. */
  readonly branches: readonly string[];
  /** Nothing is left to review in the clone then. */
  readonly whole: boolean;
}

/** What is known of an apply before it is done. Pure. */
export function landingOf(
  { record }: Pick<ReviewedClone, 'record'>,
  snapshot: CloneSnapshot,
  plan: ReadyPlan,
  asked: { readonly only: readonly string[]; readonly except: readonly string[] },
): Landing {
  const { way } = plan;
  const left = [...plan.left, ...snapshot.left.map((path): LeftOut => ({ why: 'repository', path }))];
  const isPart = asked.only.length > 0 || asked.except.length > 0 || left.length > 0 || plan.refs.length > 0;
  return {
    ...{ box: record.box, project: record.project, files: plan.steps.map(({ path }) => path) },
    ...{ way: way.kind, why: way.why, commits: way.kind === 'changes' ? [] : snapshot.commits },
    branch: `agentbox/${record.box.replace(/^agentbox-/, '')}-${snapshot.after.slice(0, 7)}`,
    ...{ left, branches: plan.refs.map(({ name }) => name), whole: !isPart },
  };
}

/** The same in a line. Pure. */
export function summaryOf({ files, commits, way, branch }: Landing): string {
  if (way === 'branch') return `${count(commits.length, 'commit')} on the branch ${branch}`;
  const parts = [count(files.length, 'file'), ...(commits.length === 0 ? [] : [count(commits.length, 'commit')])];
  return parts.join(', ');
}

/** What would land, for people. Pure. */
export function landingLines(landing: Landing): readonly string[] {
  const { files, commits, left } = landing;
  return [
    ...commits.map(({ id, author, subject }) => `commit ${id.slice(0, 10)} ${author}: ${subject}`),
    ...files.map((path) => `file   ${path}`),
    ...left.map(leftLine),
    ...wayLines(landing),
  ].map(plain);
}

/** What has landed, and what has not. Pure. */
export function landedLines(
  landing: Landing,
  { whole, running }: { readonly whole: boolean; readonly running: boolean },
): readonly string[] {
  const { box, project, left, branches } = landing;
  const stays = running
    ? `the clone stays, since ${box} is still there`
    : `the clone stays: agentbox diff ${box}, agentbox discard ${box}`;
  return [
    `landed in ${project}: ${summaryOf(landing)}`,
    ...wayLines(landing),
    ...left.map(leftLine),
    ...branches.map((name) => `${name} of the clone has commits of its own, which did not land`),
    ...(whole ? [] : [stays]),
  ].map(plain);
}

const LEFT: Readonly<Record<LeftOut['why'], string>> = {
  'left out': 'left out',
  repository: 'left out: a repository of its own, or unreadable',
  name: 'left out: a name that git or this machine cannot have',
  case: 'left out: this machine takes it for another file',
};

const leftLine = ({ why, path }: LeftOut) => `${path}: ${LEFT[why]}`;

function wayLines({ way, why, branch }: Landing): readonly string[] {
  if (way === 'replay') return ['the project has gone on, so the commits are written anew on top'];
  if (way !== 'branch') return why === 'have' ? ['the project has the commits already'] : [];
  const reason = why === 'merges' ? 'the project has gone on, and there are merges among them' : 'they rewrite history';
  return [`the commits are on a branch, since ${reason}: git merge ${branch}`];
}
