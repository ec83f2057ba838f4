import type { LandingText } from '../landing/judge.ts';
import type { ReadyPlan } from './landingPlan.ts';

/** What lands beside files and is looked through for secrets: the words of commits, and what only they have of files. Pure. */
export function textsOf({ between, contents }: Pick<ReadyPlan, 'between' | 'contents'>): readonly LandingText[] {
  return between.flatMap(({ id, path }) => {
    const content = contents.get(id);
    if (content === undefined) return [];
    return [{ name: path === '' ? `commit ${id.slice(0, 10)}` : `${path} (in a commit)`, content }];
  });
}
