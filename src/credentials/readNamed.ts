import type { CredentialSource } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { SecretName, SourceDeps } from './sources/deps.ts';
import { readSource } from './sources/index.ts';

/** The value that a source gives; what it throws comes out with the secret's name before it. */
export async function readNamed(source: CredentialSource, deps: SourceDeps, secret: SecretName): Promise<string> {
  const { name } = secret;
  return readSource(source, deps, secret).catch((error: unknown) => {
    if (!(error instanceof UserError) || error.message.includes(name)) throw error;
    const { trouble, message, next, cause, why } = error;
    throw new UserError(trouble, `${name}: ${message}`, { next, cause, ...(why === undefined ? {} : { why }) });
  });
}
