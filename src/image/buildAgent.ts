import type { Agent } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { ensureImage, findImage } from './choose.ts';
import { type Ensured, ensureImages } from './ensure.ts';
import { newestVersion } from './newest.ts';
import { bringOwn, findOwn } from './ownImage.ts';
import { BASE } from './plan.ts';
import type { UserImage } from './userImage.ts';
import { recordVersion } from './versions.ts';

/** Whose image is built, and on which engine. */
export interface Target {
  readonly engine: Engine;
  readonly agent: Agent;
  readonly profile: Profile;
  /** The image that the user works in, when there is one. */
  readonly user: UserImage | undefined;
}

/** What a build came to: the image of a target, and the tags that were built for it. */
export interface Built {
  readonly image: string;
  readonly title: string;
  readonly built: readonly string[];
}

/** Builds what a target needs and is not there. Throws UserError('image' | 'config' | 'engine'). */
export async function buildAgent(context: Context, { engine, agent, profile, user }: Target): Promise<Built> {
  const found = await findImage(engine, agent, profile, context, user);
  const { ref: image, built } = await ensureImage(engine, found, context);
  const { specs } = found.missing === undefined ? found : await found.again();
  return { image, title: titleOf(specs, image), built };
}

/**
 * Builds all of a target anew but for the tags in `done`, which gets what was built: the user's own image is pulled again.
 * The base comes first, since the newest version is asked for in a box of it; a version is remembered once its image is
 * there. Throws as buildAgent does.
 */
export async function rebuildAgent(context: Context, target: Target, done: Set<string>): Promise<Built> {
  const { engine, agent, profile, user } = target;
  const { dataDir, cacheDir } = context.paths;
  const renew = async (specs: readonly ImageSpec[]): Promise<Pick<Ensured, 'built' | 'replaced'>> => {
    const [first, ...others] = specs.filter(({ tag }) => !done.has(tag));
    if (first === undefined) return { built: [], replaced: [] };
    const ensured = await ensureImages(engine, [first, ...others], context, true);
    for (const tag of ensured.built) done.add(tag);
    return ensured;
  };
  if (user !== undefined) {
    const own = await findOwn(engine, user, cacheDir);
    if (!done.has(own.ref)) await bringOwn(engine, own, context, true);
    done.add(own.ref);
  }
  const { specs: planned, ref } = await findImage(engine, agent, profile, context, user);
  const base = planned.find(({ folder }) => folder === BASE);
  const first = await renew(base === undefined ? [] : [base]);
  const follows = base && agent.package !== undefined && profile.agentVersion[agent.name] === undefined;
  const version = follows ? await newestVersion(engine, base.tag, agent.package, context) : undefined;
  const { specs } = await findImage(engine, agent, profile, context, user, version);
  const second = await renew(specs.filter(({ folder }) => folder !== BASE));
  if (version !== undefined) await recordVersion(dataDir, agent.name, version);
  // Of no use to anybody but boxes that still run on them; what is built on an image goes before it.
  const replaced = [...first.replaced, ...second.replaced].toReversed();
  for (const id of replaced) await engine.removeImage(id).catch(() => {});
  const image = specs.at(-1)?.tag ?? ref;
  return { image, title: titleOf(specs, image), built: [...first.built, ...second.built] };
}

const titleOf = (specs: readonly ImageSpec[], image: string) => specs.at(-1)?.title ?? image;
