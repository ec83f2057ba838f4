import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import { trustedProfiles } from '../config/projectFile/trusted.ts';
import type { Context } from '../context.ts';
import { agreedImages } from '../devcontainer/agreedImages.ts';
import type { Engine } from '../engine/engine.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { findImage } from './choose.ts';
import { gatewayImage } from './gateway.ts';
import type { WantedImage } from './prune.ts';

/**
 * Every image that an agent or the gateway of a client would run in on this engine, and those it is built on, by tag; those of projects
 * whose devcontainer.json was agreed to, or whose .agentbox.yaml is trusted, are among them. Throws UserError('config' | 'image') where it cannot tell.
 */
export async function wantedImages(
  context: Pick<Context, 'config' | 'paths'>,
  engine: Engine,
): Promise<ReadonlyMap<string, WantedImage>> {
  const config = await context.config();
  const wanted = new Map<string, WantedImage>();
  for (const client of new Set([DEFAULT_CLIENT, ...config.clients.keys()])) {
    const merged = profileOf(config, client, NO_FLAGS, AGENT_NAMES);
    const { profile } = merged;
    const trusted = await trustedProfiles(context.paths, client, merged);
    const add = ({ tag, title }: Pick<ImageSpec, 'tag' | 'title'>, runs?: string) => {
      const known = wanted.get(tag);
      const clients = new Set([...(known?.clients ?? []), client]);
      wanted.set(tag, { title, clients: [...clients], agent: known?.agent ?? runs });
    };
    if (profile.network === 'gateway') for (const spec of await gatewayImage()) add(spec);
    const users = [undefined, ...(await agreedImages(context.paths, client))];
    for (const agent of profile.agents.map(agentOf)) {
      for (const user of users) {
        for (const one of [profile, ...trusted]) {
          const { specs, own: base } = await findImage(engine, agent, one, context, user);
          for (const spec of [...(base === undefined ? [] : [base]), ...specs]) {
            add(spec, user === undefined && spec.tag === specs.at(-1)?.tag ? agent.name : undefined);
          }
        }
      }
    }
  }
  return wanted;
}
