import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { Engine, ImageInfo } from '../engine/engine.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { loadAssets, pinsOf } from './assets.ts';
import { ensureImages } from './ensure.ts';
import { hostAuthorities } from './hostCas.ts';
import { bringOwn, checkOwn, dockerfileOf, findOwn, type OwnImage } from './ownImage.ts';
import { type ImageRequest, isOnOurs, planAdditions, planImages } from './plan.ts';
import type { UserImage } from './userImage.ts';
import { recordedVersions, versionOf } from './versions.ts';

type ImageProfile = Pick<Profile, 'agentVersion' | 'image'> &
  Partial<Pick<Profile, 'dockerfile' | 'packages' | 'toolchains'>>;
type ImageAgent = ImageRequest['agent'];

/** What may be said of the images of an agent beyond its profile. */
interface More {
  /** In the place of the version that is configured. */
  readonly version?: string | undefined;
  /** The image that the user works in, when it is here and has not our entrypoint. */
  readonly own?: { readonly ref: string; readonly info: ImageInfo } | undefined;
  /** Where to remember what build contexts hold. */
  readonly cacheDir?: string | undefined;
}

type Chain = readonly [ImageSpec, ...ImageSpec[]];

/** The images of an agent as this host would build them, base first. Throws UserError('config' | 'image'). */
export async function imagesOf(
  agent: ImageAgent,
  profile: ImageProfile,
  dataDir: string,
  more: More = {},
): Promise<Chain> {
  return planImages(await requestOf(agent, profile, dataDir, more));
}

async function requestOf(
  agent: ImageAgent,
  profile: ImageProfile,
  dataDir: string,
  { version, own, cacheDir }: More,
): Promise<ImageRequest> {
  const { dockerfile, toolchains = {}, packages = [] } = profile;
  const [assets, authorities, recorded, built] = await Promise.all([
    loadAssets(),
    hostAuthorities(),
    recordedVersions(dataDir),
    own !== undefined || dockerfile === undefined ? undefined : dockerfileOf(dockerfile, cacheDir),
  ]);
  const known = versionOf(agent.name, profile.agentVersion, recorded, pinsOf(assets).agents);
  const theirs = own === undefined ? built : { kind: 'image' as const, ...own };
  return {
    ...{ agent, version: version ?? known, assets, authorities, toolchains, packages },
    ...(theirs === undefined ? {} : { own: theirs }),
  };
}

/** The image of a run as it was found. */
export interface FoundImage {
  /** Its tag; of an image of the user's that is not here yet, the user's own name of it. */
  readonly ref: string;
  readonly info: ImageInfo | undefined;
  /** What it is built from, first to last; none for an image of the user's that is taken as it is, or is not here. */
  readonly specs: readonly ImageSpec[];
  /** The user's own build that `specs` are built on. */
  readonly own?: ImageSpec | undefined;
  /** The user's image that has to be pulled or built first. */
  readonly missing: OwnImage | undefined;
  /** Looks again, once `missing` is here. */
  readonly again: () => Promise<FoundImage>;
}

/**
 * Looks for the image of a run: the agent's, or the one that `user` or the profile names with the agent in it. Builds and
 * pulls nothing. Throws UserError('image' | 'config').
 */
export async function findImage(
  engine: Engine,
  agent: ImageAgent,
  profile: ImageProfile,
  context: Pick<Context, 'paths'>,
  user: UserImage | undefined = profile.image === undefined ? undefined : { image: profile.image },
  version?: string,
): Promise<FoundImage> {
  const { dataDir, cacheDir } = context.paths;
  const again = () => findImage(engine, agent, profile, context, user, version);
  const of = async (specs: readonly ImageSpec[], ref = '', info?: ImageInfo): Promise<FoundImage> => {
    const last = specs.at(-1);
    if (last === undefined) return { ref, info, specs, missing: undefined, again };
    return { ref: last.tag, info: await engine.image(last.tag), specs, missing: undefined, again };
  };
  if (user === undefined) return of(await imagesOf(agent, profile, dataDir, { version, cacheDir }));
  const theirs = await findOwn(engine, user, cacheDir);
  const { ref, info } = theirs;
  if (info === undefined) return { ref, info, specs: [], missing: theirs, again };
  const request = await requestOf(agent, profile, dataDir, { version, own: { ref, info } });
  if (!isOnOurs(info)) {
    const found = await of(planImages(request));
    if (found.info === undefined) checkOwn(ref, info, await engine.image(pinsOf(request.assets).from));
    return { ...found, own: theirs.spec };
  }
  const added = planAdditions(request, ref, info);
  return { ...(await (added === undefined ? of([], ref, info) : of([added]))), own: theirs.spec };
}

/** Makes sure of an image that was looked for, pulling and building what is not there. Throws UserError('image'). */
export async function ensureImage(
  engine: Engine,
  found: FoundImage,
  context: Context,
): Promise<{ readonly ref: string; readonly info: ImageInfo; readonly built: readonly string[] }> {
  const { ref, info, specs, missing } = found;
  if (missing !== undefined) {
    await bringOwn(engine, missing, context, false);
    const rest = await ensureImage(engine, await found.again(), context);
    return missing.spec === undefined ? rest : { ...rest, built: [missing.ref, ...rest.built] };
  }
  if (info !== undefined) return { ref, info, built: [] };
  return { ref, ...(await ensureImages(engine, specs as Chain, context)) };
}

/** The image of a run, looked for, and pulled or built when it is not there. Throws UserError('image'). */
export async function chooseImage(
  engine: Engine,
  agent: ImageAgent,
  profile: ImageProfile,
  context: Context,
  user?: UserImage,
): Promise<{ readonly ref: string; readonly info: ImageInfo }> {
  return ensureImage(engine, await findImage(engine, agent, profile, context, user), context);
}
