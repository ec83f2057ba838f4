import type { Execute } from '../execute.ts';

const PROXY = /^(https?_proxy|no_proxy)$/i;

/** The caller's proxy variables, for a build or a box that needs the network; not those that only this host can reach. */
export function proxiesOf(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const found = Object.entries(env).filter(
    (entry): entry is [string, string] => Boolean(entry[1]) && PROXY.test(entry[0]),
  );
  return Object.fromEntries(found.filter(([name, value]) => /^no_proxy$/i.test(name) || !isLocal(value)));
}

/**
 * The npm registry that the host's npm uses, for the build's npm; undefined without npm, for one that only this host can
 * reach, and for one with a password in its address, since an image remembers its build arguments.
 */
export async function registryOf(
  execute: Execute,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  // npm runs what its configuration names, and has no use for the caller's secrets.
  const own = Object.entries(env).filter(([name]) =>
    /^(PATH|HOME|npm_config_(registry|userconfig|globalconfig|prefix))$/i.test(name),
  );
  const options = { timeout: 10_000, env: Object.fromEntries(own) };
  const { code, stdout } = await execute(['npm', 'config', 'get', 'registry'], options);
  const address = stdout.trim();
  if (code !== 0 || !URL.canParse(address) || isLocal(address)) return undefined;
  const { username, password } = new URL(address);
  return username === '' && password === '' ? address : undefined;
}

/** True for an address that only this host can reach. */
export function isLocal(address: string): boolean {
  const text = address.includes('://') ? address : `http://${address}`;
  return URL.canParse(text) && /^(localhost|127\..*|\[::1\])$/.test(new URL(text).hostname);
}
