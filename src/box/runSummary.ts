import { blockedRules } from '../network/blocked.ts';
import type { RunUsage } from '../usage/usageOfRun.ts';
import type { AsideItem } from '../workspace/aside/store.ts';
import type { EndNews } from '../workspace/endNews.ts';
import type { Prepared } from './prepare.ts';

/** What `agentbox run --json` prints at the end; docs/json.md tells of each field. */
export interface RunSummary {
  readonly exitCode: number;
  readonly box: string;
  readonly client: string;
  readonly agent: string;
  readonly engine: string;
  readonly runtime: string;
  readonly network: string;
  readonly workspace: string;
  readonly project: string;
  /** ISO 8601. */
  readonly started: string;
  readonly durationMs: number;
  readonly blocked: readonly {
    readonly host: string;
    readonly port: number;
    readonly count: number;
    readonly reason: string;
  }[];
  /** The command that would let the box reach them; null when no rule can. */
  readonly allow: string | null;
  /** Commits that are in the repositories here now. */
  readonly commits: readonly {
    readonly repository: string;
    /** Its name in the box, and here. */
    readonly ref: string;
    readonly as: string;
    readonly id: string;
    readonly count: number | null;
  }[];
  /** What changed in the files; null where that was not looked at. */
  readonly changed: { readonly files: number | null; readonly commits: number | null; readonly stat: string | null };
  /** What was moved out of the project, since this machine would have run it. */
  readonly aside: readonly { readonly path: string; readonly reason: string }[];
  /** What to look at before anything is run or pushed. */
  readonly marked: readonly { readonly path: string; readonly rule: string; readonly what: string }[];
  /** The folder that is `/out` of a read-only project, when something is in it. */
  readonly out: string | null;
  /** Commands that show, take and drop what waits for a review; null when nothing waits. */
  readonly review: { readonly diff: string; readonly apply: string; readonly discard: string } | null;
  readonly usage: {
    readonly tokens: RunUsage['tokens'];
    readonly costUsd: number | null;
    readonly unpricedModels: readonly string[];
  } | null;
}

/** What is known of a run that has ended. */
export interface Ended {
  readonly code: number;
  readonly began: Date;
  readonly durationMs: number;
  readonly news: EndNews;
  readonly aside: readonly AsideItem[];
  readonly out: string | undefined;
  readonly usage: RunUsage | undefined;
}

type Of = Pick<Prepared, 'profile' | 'agent' | 'project' | 'facts'> & {
  readonly box: Pick<Prepared['box'], 'name' | 'runtime'>;
};

/** Sums a run up. Pure. */
export function summaryOf({ profile, agent, project, facts, box }: Of, ended: Ended): RunSummary {
  const { news, usage } = ended;
  const rules = blockedRules(news.blocked);
  const waits = news.clone?.changed === true || ended.aside.length > 0;
  return {
    exitCode: ended.code,
    box: box.name,
    client: profile.client,
    agent: agent.name,
    engine: facts.engine.kind,
    runtime: box.runtime ?? facts.engine.defaultRuntime,
    network: profile.network,
    workspace: profile.workspace,
    project: project.path,
    started: ended.began.toISOString(),
    durationMs: ended.durationMs,
    blocked: news.blocked.map(({ host, port, count, reason }) => ({ host, port, count, reason })),
    allow: rules.length === 0 ? null : `agentbox net allow --client ${profile.client} --save ${rules.join(' ')}`,
    commits: commitsOf(news),
    changed: changedOf(news),
    aside: ended.aside.map(({ path, reason }) => ({ path, reason })),
    marked: news.judged.flatMap(({ risks, secrets }) => [
      ...risks.map(({ path, rule, reason }) => ({ path, rule, what: reason })),
      ...secrets.map(({ path, rule, masked, credential }) => ({
        ...{ path, rule },
        what: credential === undefined ? `secret ${masked}` : `the value of ${credential}, ${masked}`,
      })),
    ]),
    out: ended.out ?? null,
    review: waits ? reviewOf(box.name) : null,
    usage:
      usage === undefined ? null : { tokens: usage.tokens, costUsd: usage.cost ?? null, unpricedModels: usage.without },
  };
}

function commitsOf({ brought }: EndNews): RunSummary['commits'] {
  return brought.flatMap(({ place, moves, news }) =>
    moves.map(({ ref, to, id }) => ({
      ...{ repository: place === '' ? '.' : place, ref, as: to, id },
      count: news.commits[ref] ?? null,
    })),
  );
}

function changedOf({ clone, judged }: EndNews): RunSummary['changed'] {
  if (clone !== undefined) {
    const files = /^(\d+) files? changed/.exec(clone.stat?.trim() ?? '')?.[1];
    return {
      files: clone.stat === '' ? 0 : files === undefined ? null : Number(files),
      commits: clone.commits ?? null,
      stat: clone.stat?.trim() || null,
    };
  }
  const files = judged.find(({ changed }) => changed !== undefined)?.changed;
  return { files: files ?? null, commits: null, stat: null };
}

const reviewOf = (box: string) => ({
  diff: `agentbox diff ${box}`,
  apply: `agentbox apply ${box}`,
  discard: `agentbox discard ${box}`,
});
