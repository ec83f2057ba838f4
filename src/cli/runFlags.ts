import { join, resolve } from 'node:path';
import type { UserMount } from '../config/profile.ts';
import { UsageError } from '../errors.ts';

/** Reads `NAME=VALUE`, or `NAME` whose value is taken from `env`. Throws UsageError, never with a value in it. */
export function parseEnv(text: string, env: Readonly<Record<string, string | undefined>>): readonly [string, string] {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new UsageError('--env: not a name of a variable', ['--env NAME=VALUE', '--env NAME']);
  }
  const value = equals === -1 ? env[name] : text.slice(equals + 1);
  if (value === undefined) throw new UsageError(`--env ${name}: it is not set here`, [`--env ${name}=VALUE`]);
  return [name, value];
}

/** Reads `SRC:DST[:rw|:ro]`; the source may have colons, `~` and be relative to `cwd`. Throws UsageError. */
export function parseMount(text: string, cwd: string, home: string): UserMount {
  const mode = /:(rw|ro)$/.exec(text);
  const paths = mode === null ? text : text.slice(0, -3);
  const colon = paths.lastIndexOf(':/');
  if (colon < 1)
    throw new UsageError(`--mount ${text}: not SRC:DST`, ['--mount ./data:/data', '--mount ./out:/out:rw']);
  const source = paths.slice(0, colon);
  const expanded = source === '~' || source.startsWith('~/') ? join(home, source.slice(1)) : source;
  return { source: resolve(cwd, expanded), target: paths.slice(colon + 1), write: mode?.[1] === 'rw' };
}
