import type { Context } from '../../context.ts';
import { warn } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { type Judgement, pathsRefused, pathsToAsk } from '../landing/judge.ts';
import { riskLine, secretLine } from '../landing/lines.ts';

/** What the user lets land. */
export interface Answers {
  /** Paths that stay out. */
  readonly except: readonly string[];
  /** Commits land as commits. They hold what was left out, so they do not when anything was. */
  readonly commits: boolean;
}

/**
 * Asks for each path that needs a yes of its own. What is refused stays out unasked. Without a terminal, and without
 * `allowRisky`, throws UsageError that names the flag.
 */
export async function askAbout(
  { io, prompter }: Pick<Context, 'io' | 'prompter'>,
  judgement: Judgement,
  { allowRisky = false, dryRun = false }: { readonly allowRisky?: boolean; readonly dryRun?: boolean },
): Promise<Answers> {
  const except = [...pathsRefused(judgement)];
  for (const risk of judgement.refused) warn(io, riskLine(risk));
  for (const path of pathsToAsk(judgement)) {
    if (except.includes(path)) continue;
    const risks = judgement.asked.filter((risk) => risk.path === path).map(riskLine);
    const secrets = judgement.secrets.filter((secret) => secret.path === path).map(secretLine);
    for (const line of [...secrets, ...risks]) warn(io, line);
    if (allowRisky || dryRun) continue;
    if (!(await prompter.confirm(`Let ${plain(path)} land?`, '--allow-risky'))) except.push(path);
  }
  if (except.length > 0) warn(io, 'agentbox: the commits hold what is left out, so the rest lands as changes alone');
  return { except, commits: except.length === 0 };
}
