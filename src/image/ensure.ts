import type { Engine, ImageInfo } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { loadAssets } from './assets.ts';
import type { BuildDeps } from './build.ts';

/** The image of a chain, the tags that had to be built for it, and the ids of images that lost their tag to a new one. */
export interface Ensured {
  readonly info: ImageInfo;
  readonly built: readonly string[];
  readonly replaced: readonly string[];
}

/**
 * Makes sure of the last image of a chain: nothing happens when it is there, else what is missing is built, first to
 * last. `fresh` builds all of it anew without a cache. Throws UserError('image') with the last lines of a failing step.
 */
export async function ensureImages(
  engine: Engine,
  specs: readonly [ImageSpec, ...ImageSpec[]],
  deps: BuildDeps,
  fresh = false,
): Promise<Ensured> {
  const last = specs.at(-1) ?? specs[0];
  const there = fresh ? undefined : await engine.image(last.tag);
  if (there !== undefined) return { info: there, built: [], replaced: [] };
  const [{ buildImage }, assets] = await Promise.all([import('./build.ts'), loadAssets()]);
  const built: string[] = [];
  const replaced: string[] = [];
  for (const spec of specs) {
    const before = spec === last && !fresh ? undefined : await engine.image(spec.tag);
    if (before !== undefined && !fresh) continue;
    await buildImage(engine, spec, assets, deps, fresh);
    built.push(spec.tag);
    if (before !== undefined) replaced.push(before.id);
  }
  const info = await engine.image(last.tag);
  if (info === undefined) throw new UserError('image', `${engine.kind} built ${last.tag} and does not have it`);
  return { info, built, replaced: replaced.filter((id) => id !== info.id) };
}
