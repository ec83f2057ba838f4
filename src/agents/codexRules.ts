import type { Permissions } from '../config/profile.ts';
import { UserError } from '../errors.ts';

/** Relative to the state directory. Codex reads every file of that folder, and writes only to default.rules. */
export const RULES_FILE = 'rules/agentbox.rules';

const DECISIONS = { allow: 'allow', ask: 'prompt', deny: 'forbidden' } as const;
const HEAD = '# Written by agentbox at each run, from `permissions` in its config.yaml.\n';

/**
 * The rules of codex for permissions: each entry is a command by its first words, such as `git push`. Where several fit a
 * command, codex takes the strictest. Throws UserError('config') for an entry that is more than words.
 */
export function codexRules(permissions: Permissions | undefined): string {
  if (permissions === undefined) return HEAD;
  const lines = (['allow', 'ask', 'deny'] as const).flatMap((kind) =>
    permissions[kind].map((entry) => rule(words(entry, kind), DECISIONS[kind])),
  );
  return [HEAD, ...lines].join('');
}

function rule(pattern: readonly string[], decision: string): string {
  const why =
    decision === 'forbidden' ? ', justification="denied by the permissions in agentbox\'s configuration"' : '';
  return `prefix_rule(pattern=${JSON.stringify(pattern)}, decision="${decision}"${why})\n`;
}

function words(entry: string, kind: string): readonly string[] {
  const found = entry.trim().split(/\s+/);
  if (found.every((word) => /^[\w./:@%+=,-]+$/.test(word))) return found;
  throw new UserError(
    'config',
    `permissions of codex, ${kind}: ${JSON.stringify(entry)} is no beginning of a command`,
    {
      why: 'codex decides by the first words of a command; it has no patterns, and no rules for files or addresses',
      next: ['write the words alone, for example: git push'],
    },
  );
}
