import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import { agreedImages } from '../devcontainer/agreedImages.ts';
import type { Engine } from '../engine/engine.ts';
import { findImage } from './choose.ts';
import type { WantedImage } from './prune.ts';

/**
 * Every image that an agent of a client would run in on this engine, and those it is built on, by tag; those of projects
 * whose devcontainer.json was agreed to are among them. Throws UserError('config' | 'image') where it cannot tell.
 */
export async function wantedImages(
  context: Pick<Context, 'config' | 'paths'>,
  engine: Engine,
): Promise<ReadonlyMap<string, WantedImage>> {
  const config = await context.config();
  const wanted = new Map<string, WantedImage>();
  for (const client of new Set([DEFAULT_CLIENT, ...config.clients.keys()])) {
    const { profile } = profileOf(config, client, NO_FLAGS, AGENT_NAMES);
    const users = [undefined, ...(await agreedImages(context.paths, client))];
    for (const agent of profile.agents.map(agentOf)) {
      for (const user of users) {
        const { specs, own } = await findImage(engine, agent, profile, context, user);
        for (const { tag, title } of [...(own === undefined ? [] : [own]), ...specs]) {
          const known = wanted.get(tag);
          const runs = user === undefined && tag === specs.at(-1)?.tag ? agent.name : undefined;
          const clients = new Set([...(known?.clients ?? []), client]);
          wanted.set(tag, { title, clients: [...clients], agent: known?.agent ?? runs });
        }
      }
    }
  }
  return wanted;
}
