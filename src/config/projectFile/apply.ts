import type { Origin } from '../layers.ts';
import type { MergedProfile } from '../merge.ts';
import type { Profile } from '../profile.ts';
import type { Settings } from '../settings.ts';
import type { Change, Effective } from './change.ts';
import { LIST_RULES } from './lists.ts';
import { namedRules } from './named.ts';
import { RANKED_RULES } from './ranked.ts';

/** What came of a project file. */
export interface Applied {
  readonly merged: MergedProfile;
  /** Variables of a trusted file; every other variable of the same name wins. */
  readonly env: Readonly<Record<string, string>>;
  /** What counts of it, in words. */
  readonly counts: readonly string[];
  /** What would count if it was trusted. */
  readonly ignored: readonly string[];
  /** What a flag says otherwise, and looser. */
  readonly overruled: readonly string[];
  /** What cannot count for this client. */
  readonly impossible: readonly string[];
}

/** What stands item by item in `origin`: `mask[2]`. */
const LISTS = ['allow', 'deny', 'packages', 'mask', 'unmask', 'protect', 'unprotect'] as const;

/**
 * The settings of a run with what its project file says: what tightens counts, what widens only when `trusted`, and a flag
 * wins over both (what adds up, adds up). Pure.
 */
export function applyProjectFile(
  merged: MergedProfile,
  file: Settings,
  trusted: boolean,
  knownAgents: readonly string[],
): Applied {
  const { profile, origin } = merged;
  const rules = [...RANKED_RULES, ...LIST_RULES, ...namedRules(knownAgents)];
  const changes = rules.flatMap((rule) => rule(merged, file));
  const flagged = ({ setting }: Change) => origin[setting] === 'flag';
  const of = (kind: Change['kind']) => changes.filter((change) => change.kind === kind);
  const counting = [...of('tightens'), ...(trusted ? of('widens') : [])].filter((change) => !flagged(change));
  const start: Effective = { profile, env: {} };
  const { profile: changed, env } = counting.reduce((before, change) => change.apply(before), start);
  const names = [...counting.map(({ setting }) => setting), ...LISTS.flatMap((list) => added(list, profile, changed))];
  const origins = names.map((name): [string, Origin] => [name, 'project']);
  const words = (some: readonly Change[]) => some.map(({ text }) => text);
  return {
    merged: { profile: changed, origin: { ...origin, ...Object.fromEntries(origins) } },
    env,
    counts: words(counting),
    ignored: trusted ? [] : words(of('widens').filter((change) => !flagged(change))),
    overruled: words(of('tightens').filter(flagged)),
    impossible: words(of('impossible')),
  };
}

function added(list: (typeof LISTS)[number], before: Profile, after: Profile): readonly string[] {
  return after[list].slice(before[list].length).map((_, index) => `${list}[${before[list].length + index}]`);
}
