import type { Agent } from '../agents/agent.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { type Assets, folderOf, pinsOf } from './assets.ts';
import { tagOf } from './key.ts';

/** The folder that every image is built on. */
export const BASE = 'base';

/** What an image is planned from. */
export interface ImageRequest {
  readonly agent: Pick<Agent, 'name' | 'image'>;
  /** Undefined for an agent without a package. */
  readonly version: string | undefined;
  readonly assets: Assets;
  /** The host's extra authorities, by file name. */
  readonly authorities: Readonly<Record<string, string>>;
}

/** The images of an agent in the order they are built, base first; the last is the one to run. Pure. */
export function planImages({
  agent,
  version,
  assets,
  authorities,
}: ImageRequest): readonly [ImageSpec, ...ImageSpec[]] {
  const files = Object.fromEntries(Object.entries(authorities).map(([name, text]) => [`ca/${name}`, text]));
  const base = specOf(assets, { folder: BASE, from: pinsOf(assets).from, args: {}, files, title: 'base image' });
  if (agent.image === BASE) return [base];
  const args: Record<string, string> = version === undefined ? {} : { VERSION: version };
  const title = version === undefined ? agent.name : `${agent.name} ${version}`;
  return [base, specOf(assets, { folder: agent.image, from: base.tag, args, files: {}, title })];
}

function specOf(assets: Assets, spec: Omit<ImageSpec, 'tag'>): ImageSpec {
  return { ...spec, tag: tagOf({ ...spec, assets: folderOf(assets, spec.folder) }) };
}
