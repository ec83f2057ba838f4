import { DEFAULT_CLIENT } from '../config/names.ts';
import type { CredentialSource } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { SecretName, SourceDeps } from './sources/deps.ts';
import { fileStore } from './storeFile.ts';
import { keychainStore } from './storeKeychain.ts';

/** Which store: the word after `store:` in config.yaml. */
export type StoreKind = Extract<CredentialSource, { store: unknown }>['store'];

/** Where `agentbox creds set` keeps values, one for each client and name. Everything throws UserError with the remedy. */
export interface SecretStore {
  /** Undefined when there is none. */
  get(secret: SecretName): Promise<string | undefined>;
  set(secret: SecretName, value: string): Promise<void>;
  /** True when there was one. */
  remove(secret: SecretName): Promise<boolean>;
}

/** The store of a kind. */
export function storeOf(kind: StoreKind, deps: SourceDeps): SecretStore {
  return kind === 'file' ? fileStore(deps.paths) : keychainStore(deps);
}

/** The value that `creds set` keeps for a secret; throws UserError('credentials') when there is none. */
export async function fromStore(kind: StoreKind, deps: SourceDeps, secret: SecretName): Promise<string> {
  const value = await storeOf(kind, deps).get(secret);
  if (value !== undefined && value !== '') return value;
  throw new UserError('credentials', `no value is kept for ${secret.name} of client ${secret.client}`, {
    why: kind === 'file' ? 'agentbox has no file for it' : 'the keychain has no such item of agentbox',
    next: [setCommand(secret)],
  });
}

/** The command that gives a secret its value. */
export function setCommand({ client, name }: SecretName): string {
  return `agentbox creds set ${name}${client === DEFAULT_CLIENT ? '' : ` --client ${client}`}`;
}
