import type { Permissions } from '../config/profile.ts';
import { UserError } from '../errors.ts';

/** `Bash`, `Bash(npm test:*)`, `Read(./secrets/**)`, `mcp__server__tool`. */
const RULE = /^[A-Za-z][\w*-]*(\(.+\))?$/;

/**
 * The flags that give claude its permissions. Denials hold with every autonomy, and beside flags and settings of the
 * user's own; `ask` alone goes by --settings, so a --settings after it takes its place. Pure; throws UserError('config')
 * for what is no rule, which claude would pass over with a warning.
 */
export function claudePermissions(permissions: Permissions | undefined): readonly string[] {
  if (permissions === undefined) return [];
  const { allow, ask, deny } = permissions;
  for (const rule of [...allow, ...ask, ...deny]) {
    if (RULE.test(rule)) continue;
    throw new UserError('config', `permissions.claude: ${JSON.stringify(rule)} is no rule of claude`, {
      next: ['a rule is a tool, or a tool and what it may be asked, such as Bash(npm test:*) or Read(./secrets/**)'],
    });
  }
  return [
    // With `=`, because after a space claude takes every word that follows for a rule, the prompt too.
    ...allow.map((rule) => `--allowedTools=${rule}`),
    ...deny.map((rule) => `--disallowedTools=${rule}`),
    ...(ask.length === 0 ? [] : ['--settings', JSON.stringify({ permissions: { ask } })]),
  ];
}
