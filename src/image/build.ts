import type { Context } from '../context.ts';
import { type Engine, LABEL } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { EngineKind, ImageSpec } from '../plan/spec.ts';
import type { Assets } from './assets.ts';
import { buildContext } from './context.ts';
import { proxiesOf, registryOf } from './hostNetwork.ts';
import { BASE } from './plan.ts';
import { type BuildView, viewBuild } from './progress.ts';

/** What building needs of the outside world. */
export type BuildDeps = Pick<Context, 'io' | 'env' | 'now' | 'execute'>;

/** Builds one image of the files in `assets` and shows how it goes. Throws UserError('image') with the failing step's last lines. */
export async function buildImage(
  engine: Engine,
  spec: ImageSpec,
  assets: Assets,
  deps: BuildDeps,
  noCache: boolean,
): Promise<void> {
  const registry = spec.args['VERSION'] === undefined ? undefined : await registryOf(deps.execute);
  const context = await buildContext(spec, assets);
  const view = viewBuild(deps.io, spec.title, deps.now);
  let built = false;
  try {
    if (spec.folder === BASE) await bring(engine, spec.from, noCache, view);
    await engine.build({
      tag: spec.tag,
      context,
      args: {
        ...proxiesOf(deps.env),
        ...(registry === undefined ? {} : { NPM_CONFIG_REGISTRY: registry }),
        ...spec.args,
        FROM: spec.from,
      },
      labels: { [`${LABEL}.image`]: spec.folder, [`${LABEL}.key`]: spec.tag.slice(spec.tag.indexOf(':') + 1) },
      noCache,
      onProgress: view.on,
    });
    built = true;
  } finally {
    view.end(built);
  }
}

/** What is built on: pulled when it is not there, renewed for a build that is to be all new. Ours are never looked for in a registry. */
async function bring(engine: Engine, from: string, renew: boolean, view: BuildView): Promise<void> {
  const there = (await engine.image(from)) !== undefined;
  if (there && !renew) return;
  view.on({ kind: 'step', step: `pull ${from}`, state: 'started' });
  try {
    await engine.pull(from, () => {});
  } catch (error) {
    if (!there) throw unreachable(engine.kind, from, error);
    view.note(`${from} could not be renewed, so the one that is here is used`);
  }
}

function unreachable(kind: EngineKind, from: string, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
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
