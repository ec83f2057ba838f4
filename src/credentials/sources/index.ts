import type { CredentialSource } from '../../config/profile.ts';
import type { SourceDeps } from './deps.ts';
import { fromEnv } from './env.ts';

/** The value that a source gives; throws UserError with the remedy when it gives none. */
export async function readSource(source: CredentialSource, deps: SourceDeps): Promise<string> {
  if ('env' in source) return fromEnv(source.env, deps.env);
  if ('file' in source) return (await import('./file.ts')).fromFile(source.file);
  if ('command' in source) return (await import('./command.ts')).fromCommand(source.command, deps.execute);
  return (await import('./keychain.ts')).fromKeychain(source.keychain, deps);
}

/** A source in words; of a command only the program, for its arguments are nobody's business. */
export function sourceInWords(source: CredentialSource): string {
  if ('env' in source) return `environment ${source.env}`;
  if ('file' in source) return `file ${source.file}`;
  if ('command' in source) return `command ${source.command[0] ?? ''}`;
  return `keychain ${source.keychain}`;
}
