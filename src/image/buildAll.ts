import { AGENT_NAMES, agentOf } from '../agents/index.ts';
import { NO_FLAGS, type RunFlags } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { reportError } from '../ui/errors.ts';
import { print, printJson } from '../ui/io.ts';
import { fittedTable } from '../ui/table.ts';
import { type Built, buildAgent, rebuildAgent } from './buildAgent.ts';

interface AllOptions {
  readonly client?: string | undefined;
  readonly engine?: RunFlags['engine'];
  readonly rebuild?: boolean;
  readonly json?: boolean;
}

/** One image of the summary. */
interface Row {
  readonly image: string | null;
  readonly title: string;
  clients: string[];
  readonly outcome: 'built' | 'is there' | 'failed';
}

/**
 * Builds the images of all agents that the client (or any client) may run, and of gateways, one after the other, and prints
 * a summary. One that fails does not stop the others; then UserError('image') at the end.
 */
export async function buildAll(context: Context, options: AllOptions): Promise<void> {
  const rows: Row[] = [];
  const done = new Set<string>();
  for (const { client, title, build } of await plannedOf(context, options)) {
    const row = await rowOf(context, client, title, () => build(done));
    // Clients with the same settings share an image, which the first of them built.
    const same = rows.find(({ image }) => image !== null && image === row.image);
    if (same === undefined) rows.push(row);
    else same.clients.push(client);
  }
  const failed = rows.filter(({ outcome }) => outcome === 'failed');
  if (options.json) printJson(context.io, rows);
  else {
    const cells = rows.map((row) => [row.title, row.outcome, row.clients.join(', '), row.image ?? '-']);
    print(context.io, fittedTable(context.io, ['IMAGE', 'NOW', 'CLIENTS', 'TAG'], cells));
  }
  if (failed.length === 0) return;
  throw new UserError('image', `${failed.length} of ${rows.length} images could not be built`, {
    why: failed.map(({ title, clients }) => `${title} of ${clients.join(', ')}`).join('; '),
    next: failed.map(({ title, clients }) => {
      // The gateway's image is built with that of any agent.
      const agent = title === GATEWAY ? '' : ` --agent ${title}`;
      return `agentbox build --client ${clients[0]}${agent}`;
    }),
  });
}

async function rowOf(context: Context, client: string, title: string, build: () => Promise<Built>): Promise<Row> {
  try {
    const { image, title, built } = await build();
    return { image, title, clients: [client], outcome: built.length === 0 ? 'is there' : 'built' };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await reportError(context.io, error);
    return { image: null, title, clients: [client], outcome: 'failed' };
  }
}

interface Planned {
  readonly client: string;
  /** The name of the agent, until more is known. */
  readonly title: string;
  /** What is in `done` was built anew already. */
  readonly build: (done: Set<string>) => Promise<Built>;
}

const GATEWAY = 'gateway';

async function plannedOf(context: Context, options: AllOptions): Promise<readonly Planned[]> {
  const config = await context.config();
  const clients = options.client === undefined ? new Set([DEFAULT_CLIENT, ...config.clients.keys()]) : [options.client];
  return [...clients].flatMap((client) => {
    const flags = { ...NO_FLAGS, engine: options.engine };
    const { agents, network, engine: configured } = profileOf(config, client, flags, AGENT_NAMES).profile;
    const gateway: Planned = {
      client,
      title: GATEWAY,
      async build(done) {
        const engine = await context.engine({ flag: options.engine, profile: configured });
        return theGateway(context, engine, options.rebuild === true, done);
      },
    };
    return [
      ...agents.map((agent) => ({
        client,
        title: agent,
        async build(done: Set<string>) {
          const { profile } = profileOf(config, client, { ...flags, agent }, AGENT_NAMES);
          const engine = await context.engine({ flag: options.engine, profile: profile.engine });
          const user = profile.image === undefined ? undefined : { image: profile.image };
          const target = { engine, agent: agentOf(agent), profile, user };
          return options.rebuild ? rebuildAgent(context, target, done) : buildAgent(context, target);
        },
      })),
      ...(network === 'gateway' ? [gateway] : []),
    ];
  });
}

async function theGateway(context: Context, engine: Engine, rebuild: boolean, done: Set<string>): Promise<Built> {
  const { buildGateway, gatewayImage } = await import('./gateway.ts');
  const [, { tag: image, title }] = await gatewayImage();
  const built = await buildGateway(engine, context, rebuild && !done.has(image));
  done.add(image);
  return { image, title, built };
}
