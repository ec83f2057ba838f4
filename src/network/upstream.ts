import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { isLocal } from '../image/hostNetwork.ts';
import type { Upstream } from './protocol.ts';

/**
 * The company's proxy that a gateway goes through: the one that the profile names, or with `host` the caller's own
 * HTTPS_PROXY. Undefined: none, also for a proxy that only this machine can reach. Pure.
 */
export function upstreamOf(proxy: Profile['proxy'], env: Context['env']): Upstream | undefined {
  if (proxy === 'none') return undefined;
  const of = (name: string) => env[name.toLowerCase()] || env[name] || undefined;
  const url = proxy === 'host' ? (of('HTTPS_PROXY') ?? of('HTTP_PROXY') ?? of('ALL_PROXY')) : proxy;
  if (url === undefined || (proxy === 'host' && isLocal(url))) return undefined;
  const direct = (of('NO_PROXY') ?? '').split(',').map((name) => name.trim());
  return { url: url.includes('://') ? url : `http://${url}`, direct: direct.filter((name) => name !== '') };
}
