import { fold } from './fold.ts';
import { SINKS } from './list.ts';

/** Where a walk is in the list of sinks: what the next name may be. */
export interface RuleNode {
  readonly literal: ReadonlyMap<string, RuleNode>;
  readonly globs: readonly { readonly start: string; readonly end: string; readonly node: RuleNode }[];
  /** Here a path of the list ends; else the reason of one that goes on. */
  readonly reason: string;
  readonly ends: boolean;
}

interface Growing {
  readonly literal: Map<string, Growing>;
  readonly globs: { readonly start: string; readonly end: string; readonly node: Growing }[];
  reason: string;
  ends: boolean;
}

const grown = (reason: string): Growing => ({ literal: new Map(), globs: [], reason, ends: false });

/** The list of sinks as a tree of names. */
export const RULES: RuleNode = compiled();

function compiled(): RuleNode {
  const root = grown('');
  for (const { reason, paths } of SINKS) {
    for (const path of paths) {
      const last = path.split('/').reduce((node, name) => childOf(node, fold(name), reason), root);
      last.ends = true;
      last.reason = reason;
    }
  }
  return root;
}

function childOf(parent: Growing, name: string, reason: string): Growing {
  if (!name.includes('*')) {
    const node = parent.literal.get(name) ?? grown(reason);
    parent.literal.set(name, node);
    return node;
  }
  const [start = '', end = ''] = name.split('*');
  const known = parent.globs.find((glob) => glob.start === start && glob.end === end);
  if (known !== undefined) return known.node;
  const node = grown(reason);
  parent.globs.push({ start, end, node });
  return node;
}

/** What the list says of a name (folded) at this place of it; undefined when nothing. */
export function step(node: RuleNode, name: string): RuleNode | undefined {
  const known = node.literal.get(name);
  if (known !== undefined) return known;
  return node.globs.find(({ start, end }) => name.startsWith(start) && name.endsWith(end))?.node;
}
