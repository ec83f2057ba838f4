import { fromCommand } from '../../credentials/sources/command.ts';
import { UserError } from '../../errors.ts';
import type { Execute } from '../../execute.ts';
import type { KeptSecret } from './protocol.ts';
import type { Renewed } from './renewal.ts';

/** Asks the source of a secret for its value of now. Throws UserError('credentials') that holds nothing of it. */
export async function readRenewed(
  renew: NonNullable<KeptSecret['renew']>,
  { sign }: Pick<KeptSecret, 'sign'>,
  { execute }: { readonly execute: Execute },
): Promise<Renewed> {
  if (!('command' in renew)) {
    throw new UserError('credentials', 'it comes from a file that is read at the start of a box', {
      next: ['start the box again'],
    });
  }
  const printed = await fromCommand(renew.command, execute);
  return sign === undefined ? { value: printed, expires: undefined } : keyOf(printed);
}

/** What `aws configure export-credentials --format process` and its like print. */
function keyOf(printed: string): Renewed {
  const key = objectOf(printed);
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

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
