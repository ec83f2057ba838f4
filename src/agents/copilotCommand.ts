import { UserError } from '../errors.ts';
import type { RunFacts } from './agent.ts';

/**
 * Copilot's command line. Its permissions are flags, `shell(git push)` or `write`, and a denied one stays denied whatever is
 * allowed. Throws UserError('config') for permissions to ask: copilot asks for all that is neither allowed nor denied.
 */
export function copilotCommand({ autonomy, resume, permissions }: Omit<RunFacts, 'workspace' | 'provider'>) {
  const { allow = [], ask = [], deny = [] } = permissions ?? {};
  if (ask.length > 0) {
    throw new UserError('config', 'copilot cannot be told what to ask for', {
      why: 'it has what is allowed and what is denied, and asks for the rest',
      next: ['in config.yaml: autonomy: ask', 'and permissions: { copilot: { allow: […], deny: […] } }'],
    });
  }
  return [
    ...['copilot', '--no-auto-update', '--disable-client-telemetry'],
    ...(autonomy === 'auto' ? ['--allow-all'] : []),
    ...allow.map((entry) => `--allow-tool=${entry}`),
    ...deny.map((entry) => `--deny-tool=${entry}`),
    ...(resume ? ['--continue'] : []),
  ];
}
