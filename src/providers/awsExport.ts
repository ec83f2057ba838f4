import * as z from 'zod';
import type { Context } from '../context.ts';
import { redactor } from '../credentials/redact.ts';
import type { Resolved } from '../credentials/resolved.ts';
import { UserError } from '../errors.ts';
import type { Executed } from '../execute.ts';
import { AWS_KEY } from './aws.ts';

/** Milliseconds; a profile may ask another account, or a program of the user's. */
const LIMIT = 30_000;

/** What a program that gives AWS credentials prints. */
const exported = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().min(1).optional(),
  Expiration: z.iso.datetime({ offset: true }).optional(),
});

/**
 * The key of a profile of the AWS command line, as `aws configure export-credentials` gives it, one credential a variable.
 * Throws UserError('credentials') with the remedy, in the words of `aws` where it has any.
 */
export async function exportedKey(
  profile: string,
  { execute, now }: Pick<Context, 'execute' | 'now'>,
): Promise<readonly Resolved[]> {
  const argv = exportCommand(profile);
  const result = await execute(argv, { timeout: LIMIT });
  if (result.missing || result.timedOut || result.code !== 0) throw failed(profile, result);
  const key = exported.safeParse(json(result.stdout)).data;
  if (key === undefined)
    throw refused(profile, 'what aws printed is no credential', `run it by hand: ${argv.join(' ')}`);
  const expires = key.Expiration === undefined ? undefined : Date.parse(key.Expiration);
  if (expires !== undefined && expires <= now().getTime()) {
    throw refused(profile, `they ended at ${key.Expiration}`, `aws sso login --profile ${profile}`);
  }
  const [id, secret, session] = AWS_KEY;
  const values = { [id]: key.AccessKeyId, [secret]: key.SecretAccessKey, [session]: key.SessionToken };
  return Object.entries(values).flatMap(([name, value]): Resolved[] =>
    value === undefined ? [] : [{ name, source: `aws profile ${profile}`, expires, delivery: 'env', value }],
  );
}

/** The program that gives the key of a profile, as JSON. */
export function exportCommand(profile: string): readonly string[] {
  return ['aws', 'configure', 'export-credentials', '--profile', profile, '--format', 'process'];
}

function failed(profile: string, { missing, timedOut, stderr, stdout }: Executed): UserError {
  if (missing) {
    return refused(profile, 'there is no program aws', 'install the AWS command line, version 2');
  }
  if (timedOut) return refused(profile, `it took longer than ${LIMIT / 1000} s`, `run it by hand: ${byHand(profile)}`);
  if (/invalid choice/i.test(stderr)) {
    return refused(profile, 'this aws cannot export credentials', 'install the AWS command line, version 2');
  }
  const hide = redactor(stdout.split(/[\s",]+/).filter((word) => word.length > 3));
  const why = hide(stderr.trim().split('\n').at(-1) ?? '') || 'it says nothing';
  if (/\bsso\b/i.test(stderr)) return refused(profile, why, `aws sso login --profile ${profile}`);
  if (/could not be found/.test(stderr)) return refused(profile, why, 'aws configure list-profiles');
  return refused(profile, why, `run it by hand: ${byHand(profile)}`);
}

const byHand = (profile: string) => `aws configure export-credentials --profile ${profile}`;

function refused(profile: string, why: string, next: string): UserError {
  return new UserError('credentials', `no AWS credentials of profile ${profile}`, { why, next: [next] });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
