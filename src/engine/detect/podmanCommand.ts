import { join } from 'node:path';
import { absent, broken, type Host, type Strategy } from './strategy.ts';

/** Podman, by its command; it has no socket unless somebody turned that on. */
export const podmanCommand: Strategy = {
  name: 'podman command',
  kind: 'podman',
  decides: false,
  probe: async (host) => {
    const command = await onPath(host, 'podman');
    if (command === undefined) return absent('podman is not installed');
    if (host.platform !== 'linux') {
      return broken(
        'podman runs its containers in a machine here, where agentbox cannot hand over secrets yet',
        'use Docker Desktop, OrbStack or Colima',
      );
    }
    if (host.env['CONTAINER_HOST']) {
      return broken(
        'CONTAINER_HOST makes podman use an engine elsewhere, and agentbox can only use one on this machine so far',
        'unset CONTAINER_HOST',
      );
    }
    return { state: 'found', found: { kind: 'podman', command } };
  },
};

/** The absolute path of a program on PATH. Entries that are not absolute are left out: the current directory is the project. */
async function onPath(host: Host, name: string): Promise<string | undefined> {
  const dirs = (host.env['PATH'] ?? '').split(':').filter((dir) => dir.startsWith('/'));
  for (const dir of dirs) {
    const path = join(dir, name);
    if (await host.isProgram(path)) return path;
  }
  return undefined;
}
