import type { RunFacts } from './agent.ts';
import { FILE_STORE, overrides } from './codexOverrides.ts';
import { codexProvider } from './codexProvider.ts';
import { codexRules } from './codexRules.ts';

const EXEC = ['exec', 'e'];

/**
 * The command line of codex. All is said by overrides, which hold for every subcommand and win over the configuration of a
 * project. Throws UserError('config') for permissions that codex cannot express.
 */
export function codexCommand(run: RunFacts): readonly string[] {
  codexRules(run.permissions);
  // With `never` codex refuses what it would have to ask for.
  const asks = run.autonomy === 'ask' || (run.permissions?.ask ?? []).length > 0;
  return [
    'codex',
    ...FILE_STORE,
    ...overrides({
      approval_policy: asks ? 'on-request' : 'never',
      // The box is the wall, and codex's own sandbox cannot be made in it.
      sandbox_mode: 'danger-full-access',
      projects: { [run.workspace]: { trust_level: 'trusted' } },
      check_for_update_on_startup: false,
      'analytics.enabled': false,
      'feedback.enabled': false,
      // It would copy all of codex into the state and outlive the agent.
      'features.daemon_auto_start': false,
      // Without them codex asks chatgpt.com and github.com for its catalogue at each start.
      'features.plugins': false,
      // Else a run whose network is closed waits for it without end.
      'features.unbounded_connection_retries': false,
      ...codexProvider(run),
    }),
  ];
}

/** The user's arguments when the last conversation goes on: `exec …` becomes `exec resume --last …`. */
export function resumed(args: readonly string[]): readonly string[] {
  const [first = '', ...rest] = args;
  return EXEC.includes(first)
    ? ['exec', 'resume', '--last', ...rest]
    : ['resume', '--last', '--include-non-interactive', ...args];
}
