import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { NO_FLAGS } from '../config/flags.ts';
import type { LoadedConfig } from '../config/load.ts';
import { profileOf } from '../config/merge.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { findImage } from '../image/choose.ts';
import { builtImages, isUseless } from '../image/prune.ts';
import { wantedImages } from '../image/wanted.ts';
import type { AgentImage, DoctorFacts } from './facts.ts';

/** The images that the clients' agents would run in: which are built, which are out of date, which nothing uses. */
export async function gatherImages(
  context: Context,
  config: LoadedConfig,
  engine: Engine,
): Promise<Pick<DoctorFacts, 'images' | 'staleImages'>> {
  const [there, boxes, used] = await Promise.all([engine.images(), engine.boxes({}), wantedImages(context, engine)]);
  const wanted = new Map<string, AgentImage>();
  for (const client of new Set([DEFAULT_CLIENT, ...config.clients.keys()])) {
    const { profile } = profileOf(config, client, NO_FLAGS, AGENT_NAMES);
    for (const agent of profile.agents.map(agentOf)) {
      const { specs } = await findImage(engine, agent, profile, context);
      const last = specs.at(-1);
      if (last === undefined) continue;
      const known = wanted.get(last.tag);
      wanted.set(last.tag, {
        title: last.title,
        agent: agent.name,
        clients: [...(known?.clients ?? []), client],
        built: there.some(({ tag }) => tag === last.tag),
        older: there.some(({ tag }) => tag.startsWith(`agentbox/${last.folder}:`) && tag !== last.tag),
      });
    }
  }
  return { images: [...wanted.values()], staleImages: builtImages(there, boxes, used).filter(isUseless).length };
}
