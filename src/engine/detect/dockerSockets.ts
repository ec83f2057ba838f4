import { join } from 'node:path';
import { dockerAt } from './dockerSocket.ts';
import type { Host, Strategy } from './strategy.ts';

/** The places where engines put their socket when nobody says otherwise, one strategy each. */
export function dockerSockets(host: Pick<Host, 'env' | 'platform' | 'home'>): readonly Strategy[] {
  return socketPaths(host).map((path) => ({
    name: path,
    kind: 'docker',
    decides: false,
    probe: (asked) => dockerAt(asked, path),
  }));
}

function socketPaths({ env, platform, home }: Pick<Host, 'env' | 'platform' | 'home'>): readonly string[] {
  const own = (...parts: readonly string[]) => join(home, ...parts);
  const system = '/var/run/docker.sock';
  if (platform === 'darwin') {
    return [
      system,
      own('.docker', 'run', 'docker.sock'),
      own('.orbstack', 'run', 'docker.sock'),
      join(env['COLIMA_HOME'] || own('.colima'), 'default', 'docker.sock'),
      own('.config', 'colima', 'default', 'docker.sock'),
    ];
  }
  const rootless = env['XDG_RUNTIME_DIR'];
  return [system, ...(rootless ? [join(rootless, 'docker.sock')] : []), own('.docker', 'desktop', 'docker.sock')];
}
