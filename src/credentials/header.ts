import type { CredentialSource } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import { AUTO, brokering } from './broker.ts';
import { readNamed } from './readNamed.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
import type { SourceDeps } from './sources/deps.ts';
import { sourceInWords } from './sources/index.ts';

/** A header of a provider whose value is somewhere else. */
export interface SecretHeader {
  readonly name: string;
  readonly header: string;
  readonly source: CredentialSource;
}

/** Those of the provider that the profile names for the agent of a request. */
export function headersOf({ profile, agent }: Pick<CredentialRequest, 'profile' | 'agent'>): readonly SecretHeader[] {
  return Object.entries(profile.providers[agent.name]?.headers ?? {}).flatMap(([header, source]) =>
    typeof source === 'string' ? [] : [{ name: `header ${header}`, header, source }],
  );
}

/** One header with its value. Throws UserError('credentials') when its source gives none, or what no header can hold. */
export async function resolveHeader(
  { name, header, source }: SecretHeader,
  request: CredentialRequest,
  deps: SourceDeps,
): Promise<Resolved> {
  const value = await readNamed(source, deps, { client: request.profile.client, name });
  if (/[\r\n\0]/.test(value)) {
    throw new UserError('credentials', `the value of ${name} has several lines, which no header can hold`);
  }
  const found = { name, source: sourceInWords(source), expires: undefined, delivery: 'header', header, value } as const;
  return brokering(found, { ...AUTO, renew: 'command' in source ? { command: source.command } : undefined }, request);
}
