import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeState } from '../../state/writeFile.ts';
import type { EngineFacts } from '../engine.ts';
import type { Podman } from './command.ts';
import { factsOf, type PodmanInfo, type Storage, storageOf } from './facts.ts';

/** gVisor under the name podman knows by itself. */
const GVISOR = 'runsc';
const DAY = 24 * 3600 * 1000;

/** What podman says of itself. */
export interface Known {
  readonly facts: EngineFacts;
  readonly storage: Storage | undefined;
}

/**
 * What is known of a podman. `podman info` takes a quarter of a second, longer than a whole box, so its answer is
 * remembered for a day, or until podman, its configuration, the installed programs or the cgroup controllers change.
 */
export async function knownOf(podman: Podman): Promise<Known> {
  const { cacheDir } = podman.options;
  if (cacheDir === undefined) return ask(podman);
  const factsFile = join(cacheDir, 'podman.json');
  const key = await fingerprint(podman);
  const known = await remembered(factsFile, key);
  if (known !== undefined) return known;
  const asked = await ask(podman);
  // What cannot be remembered is asked again the next time.
  await writeState(factsFile, `${JSON.stringify({ key, at: Date.now(), known: asked })}\n`).catch(() => undefined);
  return asked;
}

async function ask(podman: Podman): Promise<Known> {
  const [info, gvisor] = await Promise.all([
    podman.json<PodmanInfo>(['info', '--format=json']),
    // Podman names its default runtime only; another one it knows can be made the default of one command.
    podman.try([`--runtime=${GVISOR}`, 'version', '--format=json']),
  ]);
  const endpoint = podman.options.command.at(-1) ?? '';
  return { facts: factsOf(info, endpoint, gvisor.code === 0 ? [GVISOR] : []), storage: storageOf(info) };
}

async function remembered(file: string, key: string): Promise<Known | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as { key?: string; at?: number; known?: Known };
    const age = Date.now() - (kept.at ?? 0);
    return kept.key === key && age >= 0 && age < DAY ? kept.known : undefined;
  } catch {
    return undefined;
  }
}

/** Everything a file can tell of what the answer of `podman info` depends on. */
async function fingerprint({ options: { command, env } }: Podman): Promise<string> {
  const home = env['XDG_CONFIG_HOME'] || join(env['HOME'] ?? '/', '.config');
  const configs = ['/usr/share/containers', '/etc/containers', join(home, 'containers')];
  const paths = [
    ...command.filter((word) => word.startsWith('/')),
    ...configs.flatMap((dir) => [join(dir, 'containers.conf'), join(dir, 'containers.conf.d')]),
    ...['CONTAINERS_CONF', 'CONTAINERS_CONF_OVERRIDE'].flatMap((name) => env[name] ?? []),
    ...['/usr/bin', '/usr/sbin', '/usr/local/bin'],
  ];
  const uid = String(process.getuid?.() ?? '');
  const controllers = `/sys/fs/cgroup/user.slice/user-${uid}.slice/user@${uid}.service/cgroup.controllers`;
  const parts = await Promise.all([
    ...paths.map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return `${path} ${found?.mtimeMs} ${found?.size} ${found?.ino}`;
    }),
    ...['/proc/sys/kernel/random/boot_id', controllers].map((path) => readFile(path, 'utf8').catch(() => '')),
  ]);
  return createHash('sha256')
    .update([uid, ...parts].join('\n'))
    .digest('hex');
}
