import { spawnSync } from 'node:child_process';
import { type Canary, grepPatterns, type Places } from './canary.ts';
import type { Lab } from './lab.ts';

interface InspectedImage {
  readonly GraphDriver: { readonly Data: Readonly<Record<string, string>> | null };
}

/** What an engine tells of an image. */
export function imagePlaces(lab: Lab, ref: string): Places {
  return new Map([
    ['history', Buffer.from(lab.engine(['history', '--no-trunc', '--format', '{{.CreatedBy}} {{.Comment}}', ref]))],
    ['image inspect', Buffer.from(lab.engine(['image', 'inspect', ref]))],
  ]);
}

/** The files of an image's layers, where the engine keeps them, that hold one of the canaries in any form. */
export function layersWith(lab: Lab, ref: string, canaries: readonly Canary[]): readonly string[] {
  const [{ GraphDriver: driver }] = JSON.parse(lab.engine(['image', 'inspect', ref])) as [InspectedImage];
  const layers = [driver.Data?.['UpperDir'], driver.Data?.['LowerDir']].flatMap((list) => list?.split(':') ?? []);
  if (layers.length < 2) throw new Error(`${lab.ground.name} does not tell where it keeps layers`);
  const args = ['-rlaF', '-f', '-', ...layers];
  const env = { ...process.env, LC_ALL: 'C' };
  const { status, stdout, stderr } = spawnSync('grep', args, { input: grepPatterns(canaries), encoding: 'utf8', env });
  if (status === null || status > 1) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}
