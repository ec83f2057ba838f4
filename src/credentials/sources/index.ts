import type { CredentialSource } from '../../config/profile.ts';
import type { SecretName, SourceDeps } from './deps.ts';
import { fromEnv } from './env.ts';

/** The value that a source gives for a secret; throws UserError with the remedy when it gives none. */
export async function readSource(source: CredentialSource, deps: SourceDeps, secret: SecretName): Promise<string> {
  if ('env' in source) return fromEnv(source.env, deps.env);
  if ('file' in source) return (await import('./file.ts')).fromFile(source.file);
  if ('command' in source) return (await import('./command.ts')).fromCommand(source.command, deps.execute);
  if ('store' in source) return (await import('../store.ts')).fromStore(source.store, deps, secret);
  return (await import('./keychain.ts')).fromKeychain(source.keychain, deps);
}

/** A source in words; of a command only the program, for its arguments are nobody's business. */
export function sourceInWords(source: CredentialSource): string {
  if ('env' in source) return `environment ${source.env}`;
  if ('file' in source) return `file ${source.file}`;
  if ('command' in source) return `command ${source.command[0] ?? ''}`;
  if ('store' in source) return `creds set, ${source.store === 'file' ? 'a file that is not encrypted' : 'keychain'}`;
  return `keychain ${source.keychain}`;
}
