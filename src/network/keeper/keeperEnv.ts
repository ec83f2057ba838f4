import type { LoadedConfig } from '../../config/load.ts';
import type { ClientSettings } from '../../config/settings.ts';
import type { Context } from '../../context.ts';

/** Words that the names of variables with secrets have. */
const SECRET = /key|token|secret|passw|passphrase|credential|auth|cookie|dsn/i;
/** Whose names have one of them and that hold a path or an address. */
const HARMLESS = /^(SSH_AUTH_SOCK|XAUTHORITY|GOOGLE_APPLICATION_CREDENTIALS)$/;
/** An address with a login in it, such as that of a company's proxy. */
const LOGIN = /\/\/[^/\s@]+@/;

/**
 * The caller's environment without the `named` variables and without what looks like a secret: the keeper outlives the run,
 * and what it needs of secrets it is told. Pure.
 */
export function keeperEnv(env: Context['env'], named: readonly string[]): Readonly<Record<string, string>> {
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry;
    if (named.includes(name)) return false;
    return value !== undefined && (HARMLESS.test(name) || !(SECRET.test(name) || LOGIN.test(value)));
  });
  return Object.fromEntries(kept);
}

/** The variables that the configuration takes secrets from, whatever their names. Pure. */
export function secretVariables({ defaults, clients }: LoadedConfig): readonly string[] {
  const settings = [defaults, ...clients.values()] as readonly ClientSettings[];
  const sources = settings.flatMap(({ credentials = {}, providers = {} }) => [
    ...Object.values(credentials).map(({ source }) => source),
    ...Object.values(providers).flatMap(({ headers }) => Object.values(headers)),
  ]);
  return sources.flatMap((source) => (typeof source !== 'string' && 'env' in source ? [source.env] : []));
}
