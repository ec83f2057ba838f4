import type { Credential } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { SourceDeps } from './sources/deps.ts';
import { storeOf } from './store.ts';
import { accountOf, SERVICE } from './storeKeychain.ts';

/** What stays in the keychain, and why it could not be removed. */
export interface LeftOver {
  readonly names: readonly string[];
  readonly reason: UserError;
}

/**
 * Removes what the keychain keeps for a client, by the names in its configuration; undefined when nothing is left. It stops
 * at the first that fails: a keychain that is locked would ask for each. Files go with the client's state.
 */
export async function removeSecrets(
  deps: SourceDeps,
  client: string,
  credentials: Readonly<Record<string, Credential>>,
): Promise<LeftOver | undefined> {
  const kept = Object.entries(credentials).filter(([, { source }]) => 'store' in source && source.store === 'keychain');
  const names = kept.map(([name]) => name);
  const store = storeOf('keychain', deps);
  for (const [index, name] of names.entries()) {
    try {
      await store.remove({ client, name });
    } catch (error) {
      if (error instanceof UserError) return { names: names.slice(index), reason: error };
      throw error;
    }
  }
  return undefined;
}

/** The error of a client that is gone but for what the keychain keeps, with the commands that remove it. */
export function leftInKeychain(client: string, { names, reason }: LeftOver, platform: NodeJS.Platform): UserError {
  const program = platform === 'darwin' ? 'security delete-generic-password -s' : 'secret-tool clear service';
  const account = platform === 'darwin' ? '-a' : 'username';
  return new UserError('credentials', `client ${client} is gone, but the keychain still keeps ${names.join(', ')}`, {
    why: reason.message,
    next: names.map((name) => `${program} ${SERVICE} ${account} ${accountOf({ client, name })}`),
    cause: reason,
  });
}
