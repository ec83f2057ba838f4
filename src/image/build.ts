import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { ImageSpec } from '../plan/spec.ts';
import type { Assets } from './assets.ts';
import { buildContext } from './context.ts';
import { fromImages } from './fromImages.ts';
import { proxiesOf, registryOf } from './hostNetwork.ts';
import { labelsOf } from './ours.ts';
import { BASE, isOnOurs, SEALED } from './plan.ts';
import { type BuildView, viewBuild } from './progress.ts';
import { refusalOf } from './refusal.ts';
import { userContext } from './userContext.ts';

/** What building needs of the outside world. */
export type BuildDeps = Pick<Context, 'io' | 'env' | 'now' | 'execute'>;

/**
 * Builds one image of the files in `assets`, or of the user's own context, and shows how it goes. Throws UserError('image')
 * with the reason or the failing step's last lines.
 */
export async function buildImage(
  engine: Engine,
  spec: ImageSpec,
  assets: Assets,
  deps: BuildDeps,
  noCache: boolean,
): Promise<void> {
  if (spec.folder === SEALED) await refuseForeign(engine, spec);
  const registry = spec.args['VERSION'] === undefined ? undefined : await registryOf(deps.execute, deps.env);
  const args = { ...spec.args, ...(spec.from === '' ? {} : { FROM: spec.from }) };
  const { user } = spec;
  const context = user === undefined ? await buildContext(spec, assets) : await userContext(user);
  const view = viewBuild(deps.io, spec.title, deps.now);
  let built = false;
  try {
    const foreign = user === undefined ? (spec.pulls ?? []) : fromImages(user.dockerfile, args);
    for (const ref of foreign.filter((ref) => !ref.startsWith('agentbox/'))) await bring(engine, ref, noCache, view);
    await engine.build({
      tag: spec.tag,
      context,
      args: { ...proxiesOf(deps.env), ...(registry === undefined ? {} : { NPM_CONFIG_REGISTRY: registry }), ...args },
      ...(user?.target === undefined ? {} : { target: user.target }),
      labels: labelsOf(spec),
      noCache,
      onProgress: view.on,
    });
    built = true;
  } catch (error) {
    throw spec.folder === BASE ? await unreachable(engine, spec.from, error) : refusalOf(error, spec.from);
  } finally {
    view.end(built);
  }
}

/** What a Dockerfile made must still be our base, or nothing that follows would fit. */
async function refuseForeign(engine: Engine, { from, title }: ImageSpec): Promise<void> {
  const info = await engine.image(from);
  if (info === undefined || isOnOurs(info)) return;
  throw new UserError('image', `the Dockerfile in ${title} does not end on the base of agentbox`, {
    why: 'its last stage is built on something else, so it lacks the entrypoint and the tools of a box',
    next: [
      'begin its last stage with: ARG FROM (above the first FROM), then FROM $FROM',
      'or build the image yourself and name it by `image:`',
    ],
  });
}

/** An image of others: pulled when it is not there, renewed when all is to be new. Throws UserError('image'). */
export async function bring(engine: Engine, from: string, renew: boolean, view: BuildView): Promise<void> {
  const there = (await engine.image(from)) !== undefined;
  if (there && !renew) return;
  view.on({ kind: 'step', step: `pull ${from}`, state: 'started' });
  try {
    await engine.pull(from, () => {});
  } catch (error) {
    if (!there) throw error;
    view.note(`${from} could not be renewed, so the one that is here is used`);
  }
}

/** A build that failed for want of what every image is built on. */
async function unreachable(engine: Engine, from: string, error: unknown): Promise<unknown> {
  const { kind } = engine;
  if (!(error instanceof UserError) || (await engine.image(from)) !== undefined) return error;
  return new UserError('image', `cannot get ${from}, which every image is built on`, {
    why: error.why ?? error.message,
    next: [
      `${kind} pull ${from}, when its registry can be reached`,
      `or bring it from another machine: ${kind} save ${from} there, ${kind} load here`,
      'or, on Debian and Ubuntu, ./scripts/setup/base-image of a checkout makes one',
    ],
    cause: error,
  });
}
