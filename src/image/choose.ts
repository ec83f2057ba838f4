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

/**
 * The image of a run: the user's own when the profile names one, else the agent's, built when it is not there. Throws
 * UserError('image').
 */
export async function chooseImage(
  engine: Engine,
  agent: Pick<Agent, 'name' | 'image'>,
  profile: ImageProfile,
  context: Context,
): Promise<{ readonly ref: string; readonly info: ImageInfo }> {
  const specs = await imagesOf(agent, profile, context.paths.dataDir);
  if (profile.image !== undefined)
    return { ref: profile.image, info: await customImage(engine, profile.image, specs[0].tag) };
  const { info } = await ensureImages(engine, specs, context);
  return { ref: lastOf(specs).tag, info };
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
