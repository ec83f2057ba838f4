import { jsonObject } from '../../agents/jsonObject.ts';
import { fromCommand } from '../../credentials/sources/command.ts';
import { UserError } from '../../errors.ts';
import type { Execute } from '../../execute.ts';
import type { TokenDeps } from '../../providers/google/accessToken.ts';
import type { KeptSecret } from './protocol.ts';
import type { Renewed } from './renewal.ts';

/** Asks the source of a secret for its value of now. Throws UserError('credentials') that holds nothing of it. */
export async function readRenewed(
  renew: NonNullable<KeptSecret['renew']>,
  { sign }: Pick<KeptSecret, 'sign'>,
  { execute, ...ways }: TokenDeps & { readonly execute: Execute },
): Promise<Renewed> {
  if ('adc' in renew) {
    const { readToken } = await import('../../providers/google/readToken.ts');
    return readToken(renew.adc, ways);
  }
  const printed = await fromCommand(renew.command, execute);
  return sign === undefined ? { value: printed, expires: undefined } : keyOf(printed);
}

/** What `aws configure export-credentials --format process` and its like print. */
function keyOf(printed: string): Renewed {
  const key = jsonObject(printed) ?? {};
  const { AccessKeyId: id, SecretAccessKey: value, SessionToken: session, Expiration: end } = key;
  if (typeof id !== 'string' || typeof value !== 'string') {
    throw new UserError('credentials', 'what was printed is no key of AWS');
  }
  const ends = typeof end === 'string' ? Date.parse(end) : Number.NaN;
  return {
    value,
    expires: Number.isNaN(ends) ? undefined : ends,
    sign: { kind: 'sigv4', accessKeyId: id, sessionToken: typeof session === 'string' ? session : undefined },
  };
}
