import type { SecretName, SourceDeps } from './sources/deps.ts';
import { askKeyring } from './sources/keyring.ts';
import type { SecretStore } from './store.ts';

/** The service of every item that agentbox makes. */
export const SERVICE = 'agentbox';

/** The account of a secret's item: no client's name has a slash. */
export const accountOf = ({ client, name }: SecretName) => `${client}/${name}`;

/** The system's keychain: macOS Keychain or Linux Secret Service, service `agentbox`, account `<client>/<NAME>`. */
export function keychainStore(deps: SourceDeps): SecretStore {
  const ask = (secret: SecretName, wish: { action: 'get' | 'delete' } | { action: 'set'; value: string }) => {
    const item = `${secret.name} of client ${secret.client}`;
    return askKeyring({ service: SERVICE, account: accountOf(secret), ...wish }, item, deps);
  };
  return {
    get: (secret) => ask(secret, { action: 'get' }),
    async set(secret, value) {
      await ask(secret, { action: 'set', value });
    },
    remove: async (secret) => (await ask(secret, { action: 'delete' })) !== undefined,
  };
}
