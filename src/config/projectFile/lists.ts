import { evaluateName, USUAL_PORTS } from '../../network/policy/evaluate.ts';
import { parseRule, rulesOf } from '../../network/policy/parse.ts';
import type { Verdict } from '../../network/policy/policy.ts';
import { PRESET_NAMES } from '../../network/policy/presets.ts';
import type { Profile, RuleText } from '../profile.ts';
import { type Change, ofProfile, type Rule } from './change.ts';

const PATHS = { mask: 'tightens', protect: 'tightens', unmask: 'widens', unprotect: 'widens' } as const;

function paths(setting: keyof typeof PATHS): Rule {
  return ({ profile }, file) => {
    const before = profile[setting];
    const added = unique(file[setting] ?? []).filter((path) => !before.includes(path));
    return listChange(setting, PATHS[setting], added, added);
  };
}

/** A project may list all that it needs: what the user allows already is nothing to trust. */
function rules(setting: Verdict): Rule {
  return ({ profile }, file) => {
    const before = profile[setting];
    const added = (file[setting] ?? []).filter((rule) => !isKnown(rule, setting, before));
    const words = added.map(({ text }) => text);
    return listChange(setting, setting === 'deny' ? 'tightens' : 'widens', added, words);
  };
}

const packages: Rule = ({ profile: { packages: before } }, { packages: wanted = [] }) => {
  const added = unique(wanted).filter((name) => !before.includes(name));
  return listChange('packages', 'widens', added, added);
};

/** The rules of what adds up. */
export const LIST_RULES: readonly Rule[] = [
  ...(Object.keys(PATHS) as (keyof typeof PATHS)[]).map(paths),
  rules('deny'),
  rules('allow'),
  packages,
];

function listChange<K extends 'allow' | 'deny' | 'packages' | keyof typeof PATHS>(
  setting: K,
  kind: Change['kind'],
  added: Profile[K],
  words: readonly string[],
): readonly Change[] {
  if (added.length === 0) return [];
  const change = { setting, text: `${setting} ${words.join(', ')}`, kind };
  return [ofProfile(change, (profile) => ({ [setting]: [...profile[setting], ...added] }))];
}

const unique = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];

/** Whether a rule says nothing new beside others. A preset is the same only by its name: it also holds registries of this machine. */
function isKnown(rule: RuleText, verdict: Verdict, before: readonly RuleText[]): boolean {
  if (PRESET_NAMES.includes(rule.text.trim())) return before.some(({ text }) => text.trim() === rule.text.trim());
  if (verdict === 'allow' && isAllowed(rule, before)) return true;
  const targets = (one: RuleText) =>
    rulesOf(one.text, { verdict, from: one.from }, {}).map(({ target }) => JSON.stringify(target));
  const known = new Set(before.flatMap(targets));
  return targets(rule).every((target) => known.has(target));
}

/** The name that a rule allows is allowed by others, on each of its ports; `evaluateName` knows how. */
function isAllowed({ text }: RuleText, before: readonly RuleText[]): boolean {
  const { target } = parseRule(text, { verdict: 'allow', from: text });
  if (target.kind !== 'host') return false;
  const rules = before.flatMap((one) => rulesOf(one.text, { verdict: 'allow', from: one.from }, {}));
  const { host, ports = USUAL_PORTS } = target;
  return ports.every((port) => evaluateName({ rules }, [], { host, port, now: 0 }).verdict === 'allow');
}
