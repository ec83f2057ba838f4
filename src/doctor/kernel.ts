import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { KernelFacts } from './facts.ts';

const SYSCTL = '/proc/sys';

/** What the kernel and its modules allow on Linux; undefined elsewhere. What cannot be read is undefined in it. */
export async function gatherKernel({
  platform,
  caller,
  env,
}: Pick<Context, 'platform' | 'caller' | 'env'>): Promise<KernelFacts | undefined> {
  if (platform !== 'linux') return undefined;
  const [max, clone, apparmor, version, selinux, subuid, subgid, profile, mapper] = await Promise.all([
    textOf(`${SYSCTL}/user/max_user_namespaces`),
    textOf(`${SYSCTL}/kernel/unprivileged_userns_clone`),
    textOf(`${SYSCTL}/kernel/apparmor_restrict_unprivileged_userns`),
    textOf('/proc/version'),
    textOf('/sys/fs/selinux/enforce'),
    textOf('/etc/subuid'),
    textOf('/etc/subgid'),
    isThere('/etc/apparmor.d/podman'),
    onPath(env['PATH'] ?? '', 'newuidmap'),
  ]);
  return {
    user: caller.name,
    isRoot: caller.uid === 0,
    wsl: /microsoft/i.test(version ?? ''),
    maxUserNamespaces: max === undefined ? undefined : Number(max),
    unprivilegedClone: clone === undefined ? undefined : clone.trim() !== '0',
    apparmorRestricts: apparmor === undefined ? undefined : apparmor.trim() !== '0',
    podmanProfile: profile,
    subuids: countIds(subuid ?? '', caller),
    subgids: countIds(subgid ?? '', caller),
    newuidmap: mapper,
    selinux: selinux === undefined ? 'off' : selinux.trim() === '1' ? 'enforcing' : 'permissive',
  };
}

/** How many ids /etc/subuid or /etc/subgid gives a user, by name or number. Pure. */
export function countIds(text: string, { name, uid }: { readonly name: string; readonly uid: number }): number {
  return text
    .split('\n')
    .map((line) => line.trim().split(':'))
    .filter(([whose]) => whose === name || whose === `${uid}`)
    .reduce((sum, [, , count]) => sum + (Number(count) || 0), 0);
}

const textOf = (path: string) => readFile(path, 'utf8').catch(() => undefined);

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function onPath(path: string, name: string): Promise<boolean> {
  const dirs = path.split(':').filter((dir) => dir.startsWith('/'));
  return (await Promise.all(dirs.map((dir) => isThere(join(dir, name))))).includes(true);
}
