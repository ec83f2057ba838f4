import type { BrokeredSecret } from '../protocol.ts';
import { type FindSecret, findSecret } from './findSecret.ts';

/** A request's target and headers, as on the wire: names and values by turns. */
export interface Head {
  readonly target: string;
  readonly headers: readonly string[];
}

/** The head with values in the place of placeholders, and the secrets that were put in. */
export interface Swapped extends Head {
  readonly used: readonly BrokeredSecret[];
}

/**
 * Puts the values of secrets in the place of their placeholders: where one is a header's whole value, follows a scheme
 * (`Bearer …`), is the user or the password of Basic, or is the value of a parameter of the query. Everything else stays as it
 * is. Secrets that sign are left out. Pure.
 */
export function swap({ target, headers }: Head, secrets: readonly BrokeredSecret[]): Swapped {
  const known = findSecret(secrets.filter(({ sign }) => sign === undefined));
  const used = new Set<BrokeredSecret>();
  const find: FindSecret = (text) => {
    const found = known(text);
    if (found !== undefined) used.add(found);
    return found;
  };
  const swapped = {
    target: inQuery(target, find),
    headers: headers.map((text, index) => (index % 2 === 0 ? text : inHeader(text, find))),
  };
  return { ...swapped, used: [...used] };
}

function inHeader(value: string, find: FindSecret): string {
  const whole = find(value);
  if (whole !== undefined) return whole.value;
  const [, scheme, space, rest] = /^([A-Za-z][\w-]*)( +)(\S+)$/.exec(value) ?? [];
  if (scheme === undefined || space === undefined || rest === undefined) return value;
  const credentials = scheme.toLowerCase() === 'basic' ? inBasic(rest, find) : find(rest)?.value;
  return credentials === undefined ? value : `${scheme}${space}${credentials}`;
}

function inBasic(base64: string, find: FindSecret): string | undefined {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  const [newUser, newPassword] = [find(user)?.value, find(password)?.value];
  if (newUser === undefined && newPassword === undefined) return undefined;
  return Buffer.from(`${newUser ?? user}:${newPassword ?? password}`, 'latin1').toString('base64');
}

function inQuery(target: string, find: FindSecret): string {
  const begin = target.indexOf('?');
  if (begin < 0) return target;
  const parameters = target
    .slice(begin + 1)
    .split('&')
    .map((parameter) => {
      const equals = parameter.indexOf('=');
      const value = equals < 0 ? undefined : find(parameter.slice(equals + 1))?.value;
      return value === undefined ? parameter : `${parameter.slice(0, equals + 1)}${encodeURIComponent(value)}`;
    });
  return `${target.slice(0, begin + 1)}${parameters.join('&')}`;
}
