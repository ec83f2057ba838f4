import type { VolumeInfo } from '../engine.ts';
import { failed, type Podman } from './command.ts';

/** One row of `podman volume ls --format json`. */
interface VolumeRow {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

type Labels = Readonly<Record<string, string>>;

/** See Engine.makeVolume. Podman takes a comma in a label for the beginning of another one. */
export async function makeVolume(podman: Podman, name: string, labels: Labels): Promise<void> {
  const flags = Object.entries(labels).map(([label, value]) => `--label=${label}=${value}`);
  const result = await podman.try(['volume', 'create', ...flags, name]);
  if (result.code === 0 || /volume already exists/.test(result.stderr)) return;
  throw failed(result.stderr);
}

/** See Engine.volumes. */
export async function listVolumes(podman: Podman, labels: Labels): Promise<readonly VolumeInfo[]> {
  const rows = await podman.json<readonly VolumeRow[] | null>(['volume', 'ls', '--format=json']);
  const wanted = Object.entries(labels);
  const found = (rows ?? []).filter((row) => wanted.every(([name, value]) => row.Labels?.[name] === value));
  return found.map(({ Name: name, Labels }) => ({ name, labels: Labels ?? {} }));
}

/** See Engine.removeVolume. */
export async function removeVolume(podman: Podman, name: string): Promise<void> {
  const result = await podman.try(['volume', 'rm', name]);
  if (result.code === 0 || /no such volume/.test(result.stderr)) return;
  throw failed(result.stderr);
}
