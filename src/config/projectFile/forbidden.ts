import { CLIENT_KEYS } from '../schema.ts';
import { projectSchema } from './schema.ts';

const HOST = 'it names something of this machine';
const SECRETS = 'it decides who gets the secrets of the client';
const ENGINE = 'what runs the box is the choice of whoever runs it';
const GUARANTEE = 'it gives up a guarantee';
const COMPARTMENT = 'a project belongs to a client, and does not choose one';

const REASONS: Readonly<Record<string, string>> = {
  client: COMPARTMENT,
  clients: COMPARTMENT,
  defaults: 'its settings stand in the file themselves',
  projects: COMPARTMENT,
  agents: 'what a client may run is the choice of its user',
  engine: ENGINE,
  runtime: ENGINE,
  engine_args: ENGINE,
  allow_any: GUARANTEE,
  allow_degraded: GUARANTEE,
  proxy: 'everything that the box sends would pass there',
  credentials: SECRETS,
  providers: SECRETS,
  login: SECRETS,
  share_host_login: SECRETS,
  share_refresh: SECRETS,
  ssh_agent: SECRETS,
  env_file: HOST,
  mounts: HOST,
  agent_config: HOST,
  workspace_path: HOST,
  image: 'devcontainer.json can name one, which is asked for by itself',
  dockerfile: 'devcontainer.json can name one, which is asked for by itself',
};

/** Words of config.yaml, and what people might take for one, that a project file cannot have, each with the reason. */
export const FORBIDDEN: ReadonlyMap<string, string> = new Map(
  [...new Set([...CLIENT_KEYS, ...Object.keys(REASONS)])]
    .filter((key) => !Object.hasOwn(projectSchema.shape, key))
    .map((key) => [key, REASONS[key] ?? 'it is for your own configuration']),
);
