import type { Permissions } from '../config/profile.ts';
import { UserError } from '../errors.ts';

type Action = 'allow' | 'ask' | 'deny';
type Rules = Readonly<Record<string, Action | Readonly<Record<string, Action>>>>;

interface Rule {
  readonly tool: string;
  readonly pattern: string;
  readonly action: Action;
}

/** What opencode asks for although the box makes it harmless: files outside of the project, secrets files, repeated calls. */
const AUTO = { read: 'allow', external_directory: 'allow', doom_loop: 'allow' } as const;
/** opencode by itself asks for hardly anything. */
const ASK = { edit: 'ask', bash: 'ask', webfetch: 'ask', websearch: 'ask' } as const;
/** Tools that are allowed or not as a whole; opencode does not start with a pattern for one. */
const WHOLE = ['todowrite', 'question', 'webfetch', 'websearch', 'doom_loop'];

/**
 * opencode's `permission` setting. An entry is a tool (`edit`, `webfetch`, `mcp-server_*`) or a tool and a pattern
 * (`bash: git push *`). opencode obeys the last rule that fits, so what is denied comes last, also where a tool is named alone and by a pattern. Throws UserError('config')
 * for an entry that is neither.
 */
export function opencodePermission(autonomy: 'auto' | 'ask', permissions: Permissions | undefined): Rules {
  const { allow = [], ask = [], deny = [] } = permissions ?? {};
  const entries = [
    ...allow.map((text) => rule(text, 'allow')),
    ...ask.map((text) => rule(text, 'ask')),
    ...deny.map((text) => rule(text, 'deny')),
  ];
  const rules = [...defaults(autonomy), ...entries];
  const tools = [...new Set(rules.map(({ tool }) => tool))];
  const covering = (tool: string) => tools.filter((other) => covers(other, tool)).length;
  // A tool can be named once, so each also has the rules of the patterns that cover it, and stands behind those.
  return Object.fromEntries(
    tools.sort((a, b) => covering(a) - covering(b)).map((tool) => [tool, plain(patternsOf(tool, rules))]),
  );
}

function patternsOf(tool: string, rules: readonly Rule[]): ReadonlyMap<string, Action> {
  const patterns = new Map<string, Action>();
  for (const { tool: named, pattern, action } of rules) {
    if (!covers(named, tool) || (pattern !== '*' && WHOLE.includes(tool))) continue;
    // Taken away first, since a key that is there already would keep its place.
    patterns.delete(pattern);
    patterns.set(pattern, action);
  }
  return patterns;
}

/** True when a tool, or each tool of a pattern, is one of `named`, which may be a pattern too. */
function covers(named: string, tool: string): boolean {
  if (!named.includes('*')) return named === tool;
  return new RegExp(`^${named.replace(/\*+/g, '.*')}$`).test(tool);
}

function defaults(autonomy: 'auto' | 'ask'): readonly Rule[] {
  const rules = Object.entries(autonomy === 'auto' ? AUTO : ASK);
  return rules.map(([tool, action]) => ({ tool, pattern: '*', action }));
}

function plain(patterns: ReadonlyMap<string, Action>) {
  const only = patterns.size === 1 ? patterns.get('*') : undefined;
  return only ?? Object.fromEntries(patterns);
}

function rule(text: string, action: Action): Rule {
  const found = /^([\w*-]+)(?:\s*:\s*(\S.*))?$/.exec(text.trim());
  const [, tool, pattern = '*'] = found ?? [];
  if (tool === undefined || (pattern !== '*' && WHOLE.includes(tool))) {
    throw new UserError('config', `"${text}" is no permission of opencode`, {
      why: `it takes the name of a tool, or a tool, a colon and a pattern; no pattern for ${WHOLE.join(', ')}`,
      next: ['permissions: { opencode: { deny: ["bash: git push *", webfetch] } }'],
    });
  }
  return { tool, pattern, action };
}
