import { UserError } from '../../errors.ts';
import type { SourceDeps } from './deps.ts';
import { patience, whileAsking } from './keychainPatience.ts';
import { askKeyring } from './keyring.ts';
import { fromSecurity } from './security.ts';

type Deps = Pick<SourceDeps, 'io' | 'env' | 'execute' | 'platform' | 'program' | 'caller'>;

/**
 * The password that the system's keychain keeps for service `item`: macOS Keychain through `security`, on Linux the
 * Secret Service (account: the caller's name). Throws UserError('credentials') with the remedy.
 */
export async function fromKeychain(item: string, deps: Deps): Promise<string> {
  const value = await (deps.platform === 'darwin'
    ? whileAsking(deps, fromSecurity(item, deps, patience(deps)))
    : askKeyring({ action: 'get', service: item, account: deps.caller.name }, item, deps));
  if (value !== undefined && value !== '') return value;
  throw new UserError('credentials', `the keychain has no item ${item}`, {
    next: [
      deps.platform === 'darwin'
        ? `security add-generic-password -s ${item} -a ${deps.caller.name} -w`
        : `secret-tool store --label=${item} service ${item} username ${deps.caller.name}`,
    ],
  });
}
