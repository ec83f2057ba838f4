import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { allContainers } from '../engine/kinds.ts';
import { titleOf } from '../image/ours.ts';
import { builtImages, isUseless } from '../image/prune.ts';
import { wantedImages } from '../image/wanted.ts';
import type { DoctorFacts } from './facts.ts';

/** The images that the clients' agents would run in: which are built, which are out of date, which nothing uses. */
export async function gatherImages(
  context: Context,
  engine: Engine,
): Promise<Pick<DoctorFacts, 'images' | 'staleImages'>> {
  const [there, boxes, wanted] = await Promise.all([
    engine.images(),
    allContainers(engine),
    wantedImages(context, engine),
  ]);
  const images = [...wanted].flatMap(([tag, { title, clients, agent }]) => {
    if (agent === undefined) return [];
    const sort = tag.slice(0, tag.indexOf(':') + 1);
    const older = there.find((other) => other.tag.startsWith(sort) && other.tag !== tag);
    const built = there.find((other) => other.tag === tag)?.created;
    return [{ title, agent, clients, built, older: older && titleOf(older) }];
  });
  return { images, staleImages: builtImages(there, boxes, wanted).filter(isUseless).length };
}
