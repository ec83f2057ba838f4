import type { Agent } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { Engine, ImageInfo } from '../engine/engine.ts';
import { LABEL } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { loadAssets, pinsOf } from './assets.ts';
import { ensureImages } from './ensure.ts';
import { hostAuthorities } from './hostCas.ts';
import { planImages } from './plan.ts';
import { recordedVersions, versionOf } from './versions.ts';

type ImageProfile = Pick<Profile, 'agentVersion' | 'image'>;

/** The images of an agent as this host would build them, base first; `version` in the place of the one that is configured. */
export async function imagesOf(
  agent: Pick<Agent, 'name' | 'image'>,
  profile: ImageProfile,
  dataDir: string,
  version?: string,
): Promise<readonly [ImageSpec, ...ImageSpec[]]> {
  const [assets, authorities, recorded] = await Promise.all([
    loadAssets(),
    hostAuthorities(),
    recordedVersions(dataDir),
  ]);
  const known = versionOf(agent.name, profile.agentVersion, recorded, pinsOf(assets).agents);
  return planImages({ agent, version: version ?? known, assets, authorities });
}

/** The tag of the image of a run, whether it is there or not. */
export async function imageTag(
  agent: Pick<Agent, 'name' | 'image'>,
  profile: ImageProfile,
  dataDir: string,
): Promise<string> {
  return profile.image ?? lastOf(await imagesOf(agent, profile, dataDir)).tag;
}

/** The image of a run as it was found; without `info` it is to be built from `specs`. */
export interface FoundImage {
  readonly ref: string;
  readonly info: ImageInfo | undefined;
  readonly specs: readonly [ImageSpec, ...ImageSpec[]];
}

/**
 * Looks for the image of a run: the user's own when the profile names one, else the agent's. Builds nothing; throws
 * UserError('image') for a user's image that is absent or not built on ours.
 */
export async function findImage(
  engine: Engine,
  agent: Pick<Agent, 'name' | 'image'>,
  profile: ImageProfile,
  context: Context,
): Promise<FoundImage> {
  const specs = await imagesOf(agent, profile, context.paths.dataDir);
  const ref = profile.image ?? lastOf(specs).tag;
  const info = profile.image === undefined ? await engine.image(ref) : await customImage(engine, ref, specs[0].tag);
  return { ref, info, specs };
}

/** Makes sure of an image that was looked for, building it when it is not there. Throws UserError('image'). */
export async function ensureImage(
  engine: Engine,
  { ref, info, specs }: FoundImage,
  context: Context,
): Promise<{ readonly ref: string; readonly info: ImageInfo }> {
  return { ref, info: info ?? (await ensureImages(engine, specs, context)).info };
}

/** The image of a run, looked for and built when it is not there. Throws UserError('image'). */
export async function chooseImage(
  engine: Engine,
  agent: Pick<Agent, 'name' | 'image'>,
  profile: ImageProfile,
  context: Context,
): Promise<{ readonly ref: string; readonly info: ImageInfo }> {
  return ensureImage(engine, await findImage(engine, agent, profile, context), context);
}

/** A user's own image must bring our entrypoint, because it alone takes secrets in without leaving them anywhere. */
async function customImage(engine: Engine, ref: string, base: string): Promise<ImageInfo> {
  const info = await engine.image(ref);
  if (info === undefined) {
    throw new UserError('image', `${engine.kind} has no image ${ref}`, {
      next: [`${engine.kind} pull ${ref}`, `${engine.kind} build -t ${ref} …`],
    });
  }
  if (info.labels[`${LABEL}.stage`] !== undefined) return info;
  throw new UserError('image', `${ref} is not built on agentbox/base`, {
    why: 'a box needs the entrypoint and the tools of agentbox/base',
    next: [`agentbox build --agent shell, then begin its Dockerfile with: FROM ${base}`],
  });
}

function lastOf(specs: readonly [ImageSpec, ...ImageSpec[]]): ImageSpec {
  return specs.at(-1) ?? specs[0];
}
