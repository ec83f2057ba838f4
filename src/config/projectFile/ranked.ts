import type { Profile } from '../profile.ts';
import { formatSize } from '../size.ts';
import { ofProfile, type Rule } from './change.ts';
import { PROJECT_FILE } from './read.ts';

/** Settings of a few values, each with its values from the tightest to the loosest. */
const RANKS = {
  workspace: ['readonly', 'clone', 'bind'],
  autonomy: ['ask', 'auto'],
  untracked: [false, true],
  strict: [true, false],
  devcontainer: [false, true],
} as const satisfies { readonly [K in keyof Profile]?: readonly Profile[K][] };

type Ranked = keyof typeof RANKS;

function ranked(setting: Ranked): Rule {
  const rank = (value: unknown) => (RANKS[setting] as readonly unknown[]).indexOf(value);
  return ({ profile }, file) => {
    const value = file[setting];
    if (value === undefined || value === profile[setting]) return [];
    const kind = rank(value) < rank(profile[setting]) ? 'tightens' : 'widens';
    return [ofProfile({ setting, text: `${setting} ${value}`, kind }, () => ({ [setting]: value }))];
  };
}

const ORDER = ['none', 'gateway', 'open'];

/**
 * Where a gateway keeps keys out of the box, it stays and denies everything: without one they would go into the box as they
 * are, and a project could bring that about.
 */
const network: Rule = ({ profile }, { network: value }) => {
  if (value === undefined || value === profile.network) return [];
  const parts = { setting: 'network', text: `network ${value}` };
  if (value === 'none' && profile.network === 'gateway') {
    if (profile.deny.some(({ text }) => text.trim() === '*')) return [];
    const nothing = { text: '*', from: PROJECT_FILE };
    return [ofProfile({ ...parts, kind: 'tightens' }, ({ deny }) => ({ deny: [...deny, nothing] }))];
  }
  const kind = ORDER.indexOf(value) < ORDER.indexOf(profile.network) ? 'tightens' : 'widens';
  return [ofProfile({ ...parts, kind }, () => ({ network: value }))];
};

const limits: Rule = ({ profile }, file) =>
  (['memory', 'cpus', 'pids'] as const).flatMap((name) => {
    const value = file.resources?.[name];
    const before = profile.resources[name];
    if (value === undefined || value === before) return [];
    const text = `${name} ${name === 'memory' ? formatSize(value) : value}`;
    const kind = value < before ? 'tightens' : 'widens';
    return [
      ofProfile({ setting: `resources.${name}`, text, kind }, ({ resources }) => ({
        resources: { ...resources, [name]: value },
      })),
    ];
  });

/** The rules of what has an order from tight to loose. */
export const RANKED_RULES: readonly Rule[] = [network, ...(Object.keys(RANKS) as Ranked[]).map(ranked), limits];
