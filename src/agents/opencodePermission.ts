import type { Permissions } from '../config/profile.ts';
import { UserError } from '../errors.ts';

type Action = 'allow' | 'ask' | 'deny';
type Rules = Readonly<Record<string, Action | Readonly<Record<string, Action>>>>;

/** What opencode asks for although the box makes it harmless: files outside of the project, secrets files, repeated calls. */
const AUTO = { read: 'allow', external_directory: 'allow', doom_loop: 'allow' } as const;
/** opencode by itself asks for hardly anything. */
const ASK = { edit: 'ask', bash: 'ask', webfetch: 'ask', websearch: 'ask' } as const;
/** Tools that are allowed or not as a whole; opencode does not start with a pattern for one. */
const WHOLE = ['todowrite', 'question', 'webfetch', 'websearch', 'doom_loop'];

/**
 * opencode's `permission` setting. An entry is a tool (`edit`, `webfetch`, `mcp-server_*`) or a tool and a pattern
 * (`bash: git push *`). opencode obeys the last rule that fits, so what is denied comes last. Throws UserError('config')
 * for an entry that is neither.
 */
export function opencodePermission(autonomy: 'auto' | 'ask', permissions: Permissions | undefined): Rules {
  const { allow = [], ask = [], deny = [] } = permissions ?? {};
  const entries = [
    ...allow.map((text) => rule(text, 'allow')),
    ...ask.map((text) => rule(text, 'ask')),
    ...deny.map((text) => rule(text, 'deny')),
  ];
  const rules = new Map<string, Map<string, Action>>();
  for (const { tool, pattern, action } of [...defaults(autonomy), ...entries]) {
    const patterns = rules.get(tool) ?? new Map<string, Action>();
    // Taken away first, since a key that is there already would keep its place.
    patterns.delete(pattern);
    rules.set(tool, patterns.set(pattern, action));
  }
  return Object.fromEntries([...rules].map(([tool, patterns]) => [tool, plain(patterns)]));
}

function defaults(autonomy: 'auto' | 'ask') {
  const rules = Object.entries(autonomy === 'auto' ? AUTO : ASK);
  return rules.map(([tool, action]) => ({ tool, pattern: '*', action }));
}

function plain(patterns: ReadonlyMap<string, Action>) {
  const only = patterns.size === 1 ? patterns.get('*') : undefined;
  return only ?? Object.fromEntries(patterns);
}

function rule(text: string, action: Action) {
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
