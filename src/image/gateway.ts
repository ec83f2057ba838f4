import type { Engine } from '../engine/engine.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { type Assets, folderOf, loadAssets } from './assets.ts';
import type { BuildDeps } from './build.ts';
import { ensureImages } from './ensure.ts';
import { hostAuthorities } from './hostCas.ts';
import { tagOf } from './key.ts';
import { BASE, planImages } from './plan.ts';

const FOLDER = 'gateway';
/** The bundle of src/network/gateway/main.ts, which scripts/build.ts makes. */
const PROGRAM = `${FOLDER}/gateway.mjs`;

type Chain = readonly [base: ImageSpec, gateway: ImageSpec];

/** The images of gateways as this host would build them: the base of all boxes, and the gateway on it. */
export async function gatewayImage(): Promise<Chain> {
  return planGateway(await loadAssets(), await hostAuthorities());
}

/** The same from what they are made of. Pure. */
export function planGateway(assets: Assets, authorities: Readonly<Record<string, string>>): Chain {
  const [base] = planImages({ agent: { name: 'shell', image: BASE }, version: undefined, assets, authorities });
  const spec = { folder: FOLDER, from: base.tag, args: {}, files: {}, title: 'gateway' };
  return [base, { ...spec, tag: tagOf({ ...spec, assets: folderOf(assets, FOLDER) }) }];
}

/**
 * Makes sure of the image of gateways and gives its tag. `built` is another build of images on the same base, which is
 * waited for when there is something to build. Throws UserError('image').
 */
export async function ensureGatewayImage(
  engine: Engine,
  context: BuildDeps,
  built?: Promise<unknown>,
): Promise<string> {
  const [, { tag }] = await gatewayImage();
  if ((await engine.image(tag)) !== undefined) return tag;
  await built;
  await buildGateway(engine, context);
  return tag;
}

/**
 * Makes sure of both images and tells the tags that were built; `fresh` builds the gateway's anew, on the base that is there.
 * Throws UserError('image').
 */
export async function buildGateway(engine: Engine, context: BuildDeps, fresh = false): Promise<readonly string[]> {
  const { [PROGRAM]: program } = await loadAssets();
  if (program === undefined) throw new Error('the gateway is not built: npm run build');
  const [base, gateway] = await gatewayImage();
  if (!fresh) return (await ensureImages(engine, [base, gateway], context)).built;
  const { built } = await ensureImages(engine, [base], context);
  const renewed = await ensureImages(engine, [gateway], context, true);
  // Of no use to anybody but a gateway that still runs on it.
  for (const id of renewed.replaced) await engine.removeImage(id).catch(() => {});
  return [...built, ...renewed.built];
}
