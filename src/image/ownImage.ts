import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Profile } from '../config/profile.ts';
import type { Engine, ImageInfo } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { loadAssets } from './assets.ts';
import type { BuildDeps } from './build.ts';
import { contextKey } from './contextKey.ts';
import { type Own, planUser } from './plan.ts';
import type { UserImage } from './userImage.ts';

/** An image of the user's as it was looked for; without `info` it is to be pulled, or built from `spec`. */
export interface OwnImage {
  readonly ref: string;
  readonly info: ImageInfo | undefined;
  readonly spec: ImageSpec | undefined;
}

/** Looks for the image that the user works in, pulling and building nothing. Throws UserError('image'). */
export async function findOwn(engine: Engine, user: UserImage, cacheDir: string | undefined): Promise<OwnImage> {
  if ('image' in user) return { ref: user.image, info: await engine.image(user.image), spec: undefined };
  const { build } = user;
  const spec = planUser(build, build.key ?? (await contextKey(build, cacheDir)), '');
  return { ref: spec.tag, info: await engine.image(spec.tag), spec };
}

/** Pulls or builds an image of the user's; `fresh` does so although it is there. Throws UserError('image'). */
export async function bringOwn(engine: Engine, own: OwnImage, deps: BuildDeps, fresh: boolean): Promise<ImageInfo> {
  const { ref, spec } = own;
  const [{ bring, buildImage }, { viewBuild }] = await Promise.all([import('./build.ts'), import('./progress.ts')]);
  if (spec !== undefined) await buildImage(engine, spec, await loadAssets(), deps, fresh);
  else {
    const view = viewBuild(deps.io, ref, deps.now);
    let brought = false;
    try {
      await bring(engine, ref, fresh, view);
      brought = true;
    } finally {
      view.end(brought);
    }
  }
  const info = await engine.image(ref);
  if (info === undefined) throw new UserError('image', `${engine.kind} does not have ${ref} although it said so`);
  return info;
}

/** Throws UserError('image') for an image that no layer can make fit: of another processor, or with volumes of its own. */
export function checkOwn(ref: string, info: ImageInfo, ours: ImageInfo | undefined): void {
  const [has, needs] = [info.architecture, ours?.architecture];
  if (has !== undefined && needs !== undefined && has !== needs) {
    throw new UserError('image', `${ref} is made for ${has}, and this engine runs ${needs}`, {
      next: [`pull it for linux/${needs}, if there is such a one`],
    });
  }
  if (info.volumes === undefined || info.volumes.length === 0) return;
  throw new UserError('image', `${ref} wants volumes of its own: ${info.volumes.join(', ')}`, {
    why: 'the engine would add them to every box, and a box has no mount that you did not ask for',
    next: ['take an image without a VOLUME line; images of servers (databases) have them'],
  });
}

/** The Dockerfile that a profile names, as a build on our base. Throws UserError('image') when it cannot be read. */
export async function dockerfileOf(
  file: NonNullable<Profile['dockerfile']>,
  cacheDir: string | undefined,
): Promise<Own> {
  const dockerfile = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UserError('image', `cannot read the Dockerfile ${file}`, {
      why: error.message,
      next: [`correct \`dockerfile: ${basename(file)}\` in config.yaml`],
    });
  });
  const context = dirname(file);
  const build = { dockerfile, context, args: {}, target: undefined };
  return { kind: 'dockerfile', build, key: await contextKey(build, cacheDir) };
}
