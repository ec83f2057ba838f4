import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { isLocal } from '../image/hostNetwork.ts';
import type { Upstream } from './protocol.ts';

/** The caller's own HTTPS_PROXY, also one that only this machine can reach; undefined: none. Pure. */
export function callersProxy(env: Context['env']): Upstream | undefined {
  const of = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const url = of('HTTPS_PROXY') ?? of('HTTP_PROXY') ?? of('ALL_PROXY');
  return url === undefined ? undefined : proxyAt(url, env);
}

/**
 * The company's proxy that a gateway goes through: the one that the profile names, or with `host` the caller's own
 * HTTPS_PROXY. Undefined: none, also for a proxy that only this machine can reach. Pure.
 */
export function upstreamOf(proxy: Profile['proxy'], env: Context['env']): Upstream | undefined {
  if (proxy === 'none') return undefined;
  if (proxy !== 'host') return proxyAt(proxy, env);
  const own = callersProxy(env);
  return own === undefined || isLocal(own.url) ? undefined : own;
}

function proxyAt(url: string, env: Context['env']): Upstream {
  const direct = (env['no_proxy'] || env['NO_PROXY'] || '').split(',').map((name) => name.trim());
  return { url: url.includes('://') ? url : `http://${url}`, direct: direct.filter((name) => name !== '') };
}

/** A proxy's address fit to be shown: whatever its login is made of is taken out. Pure. */
export function withoutLogin(url: string): string {
  return url.replace(/\/\/.*@/, '//…@');
}
