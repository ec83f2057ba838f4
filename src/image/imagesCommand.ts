import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { allContainers } from '../engine/kinds.ts';
import { UserError } from '../errors.ts';
import type { EngineKind } from '../plan/spec.ts';
import { print, printJson, say } from '../ui/io.ts';
import { fittedTable } from '../ui/table.ts';
import { formatSpan } from '../ui/time.ts';
import { isUntagged } from './ours.ts';
import { type BuiltImage, builtImages, isUseless } from './prune.ts';
import { wantedImages } from './wanted.ts';

interface ListOptions {
  readonly engine?: EngineKind;
  readonly json?: boolean;
}

/** Prints the images of agentbox: what each is, its size and age, and who uses it. */
export async function listCommand(context: Context, options: ListOptions): Promise<void> {
  const images = await imagesOn(await engineOf(context, options), context);
  const now = context.now().getTime();
  if (options.json) return printJson(context.io, images.map(described));
  if (images.length === 0) return say(context.io, 'no images: agentbox build makes one');
  const rows = images.map((image) => [
    image.title,
    nameOf(image),
    megabytes(image.size),
    formatSpan(now - Date.parse(image.created)),
    useOf(image),
  ]);
  print(context.io, fittedTable(context.io, ['IMAGE', 'TAG', 'SIZE', 'AGE', 'USED BY'], rows));
}

/** Removes the images of agentbox that nothing uses any more. Asks first; a removal that the engine refuses is told and left. */
export async function pruneCommand(
  context: Context,
  options: ListOptions & { readonly dryRun?: boolean; readonly yes?: boolean },
): Promise<void> {
  const engine = await engineOf(context, options);
  const useless = (await imagesOn(engine, context)).filter(isUseless);
  if (options.dryRun && options.json) return printJson(context.io, useless.map(described));
  if (useless.length === 0) {
    if (options.json) return printJson(context.io, { removed: [], kept: [], bytes: 0 });
    return say(context.io, 'nothing to remove: every image of agentbox is in use');
  }
  const tell = options.dryRun ? print : say;
  for (const image of useless) {
    tell(context.io, `${image.title}  ${nameOf(image)}  ${megabytes(image.size)}  ${useOf(image)}`);
  }
  if (options.dryRun) return say(context.io, `${count(useless)} would be removed`);
  const question = `Remove ${count(useless)} from ${engine.kind}?`;
  if (options.yes !== true && !(await context.prompter.confirm(question, '--yes'))) return;
  const { removed, kept } = await removeAll(context, engine, useless);
  const bytes = removed.reduce((sum, { size }) => sum + size, 0);
  if (options.json) {
    return printJson(context.io, { removed: removed.map(({ tag }) => tag), kept: kept.map(({ tag }) => tag), bytes });
  }
  say(context.io, `removed ${count(removed)}: up to ${megabytes(bytes)}, less the layers that other images share`);
}

/** Newest first, as they are listed: an image goes before the one that it is built on. */
async function removeAll(
  { io }: Context,
  engine: Engine,
  images: readonly BuiltImage[],
): Promise<{ readonly removed: readonly BuiltImage[]; readonly kept: readonly BuiltImage[] }> {
  const removed: BuiltImage[] = [];
  for (const image of images) {
    try {
      await engine.removeImage(image.tag);
      removed.push(image);
    } catch (error) {
      // A container that is no box may run on it, and other images of the user's may be built on it.
      if (!(error instanceof UserError)) throw error;
      say(io, `${nameOf(image)} stays: ${error.why ?? error.message}`);
    }
  }
  return { removed, kept: images.filter((image) => !removed.includes(image)) };
}

async function imagesOn(engine: Engine, context: Context): Promise<readonly BuiltImage[]> {
  const [images, boxes, wanted] = await Promise.all([
    engine.images(),
    allContainers(engine),
    wantedImages(context, engine),
  ]);
  return builtImages(images, boxes, wanted);
}

async function engineOf(context: Context, { engine }: ListOptions): Promise<Engine> {
  const config = await context.config();
  return context.engine({ flag: engine, profile: config.defaults.engine ?? 'auto' });
}

function described(image: BuiltImage) {
  const { title, tag, id, size, created, clients, boxes } = image;
  return {
    image: title,
    tag: isUntagged(image) ? null : tag,
    id,
    size,
    created,
    clients,
    boxes,
    used: !isUseless(image),
  };
}

function useOf(image: BuiltImage): string {
  const users = [...image.clients, ...image.boxes];
  if (users.length > 0) return users.join(', ');
  return isUntagged(image) ? 'nobody: replaced by a newer build' : 'nobody: out of date';
}

const nameOf = (image: BuiltImage) => (isUntagged(image) ? image.id.replace(/^sha256:/, '').slice(0, 12) : image.tag);
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const count = (images: readonly unknown[]) => (images.length === 1 ? '1 image' : `${images.length} images`);
