import type { SourceDeps } from './deps.ts';
import { keychainError, stateOfExit } from './keychainTrouble.ts';

const NOT_FOUND = 44;

/**
 * The password of a macOS Keychain item that `security` or another program made, undefined when there is none; it is read
 * by `security`, which such items trust. `limit` in milliseconds. Throws UserError('credentials').
 */
export async function fromSecurity(
  item: string,
  { execute }: Pick<SourceDeps, 'execute'>,
  limit: number,
): Promise<string | undefined> {
  // By its full path: another program of that name, found in PATH, would be handed what it then prints.
  const argv = ['/usr/bin/security', 'find-generic-password', '-s', item, '-w'];
  const result = await execute(argv, { timeout: limit });
  if (result.code === 0) return result.stdout;
  if (result.code === NOT_FOUND) return undefined;
  const why = result.stderr.trim().split('\n').at(-1) || `security ended with ${result.code}`;
  const state = result.timedOut ? 'silent' : stateOfExit(result.code);
  throw keychainError(state, item, { platform: 'darwin', why, limit });
}
