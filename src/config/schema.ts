import * as z from 'zod';
import { CLIENT_NAME } from './names.ts';
import { parseSize, SIZE } from './size.ts';

// Only what is enforced has a key: to accept a rule that nothing keeps would be a lie.

const hostPath = z
  .string()
  .regex(/^(?!~[^/])\P{Cc}+$/u, 'is no path (~ is your home directory; ~name and control characters are not known)');
const boxPath = z.string().regex(/^\/\P{Cc}*$/u, 'is no absolute path in the box');
const agentName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'is no name of an agent');
const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable');
const clientName = z.string().regex(CLIENT_NAME, 'is no name of a client (lower case, digits and -, at most 31)');
const identity = z.string().regex(/^[^\p{Cc}<>]+$/u, 'has characters that git refuses');
const text = z.string().refine((value) => !value.includes('\0'), 'holds a NUL byte');

const NO_SIZE = 'is no size, such as 4g, 512m or a number of bytes';
const size = z
  .union([z.string().meta({ pattern: SIZE.source }), z.number()], { error: NO_SIZE })
  .refine((value) => parseSize(`${value}`) !== undefined, NO_SIZE);

const SOURCES = ['env', 'file', 'command', 'keychain'] as const;

const credential = z
  .strictObject({
    env: variableName.optional().describe('Take the value from this variable of your own environment.'),
    file: hostPath.optional().describe('Take the value from this file, without the newline at its end.'),
    command: z
      .array(text)
      .min(1, 'is empty')
      .optional()
      .describe('Take the value from the standard output of this program, given as a list; no shell is used.'),
    keychain: z.string().min(1, 'is empty').optional().describe("Take the value from the system's keychain."),
    deliver: z
      .union([z.literal('env'), z.strictObject({ file: boxPath.describe('Absolute path in the box.') })], {
        error: 'is neither env nor { file: /path }',
      })
      .optional()
      .describe('How the agent gets it: `env` (the default), or as a file in the box.'),
    agents: z.array(agentName).min(1, 'is empty').optional().describe('The agents that get it.'),
  })
  .refine((value) => SOURCES.filter((source) => value[source] !== undefined).length === 1, {
    error: 'needs exactly one source: env, file, command or keychain',
  })
  .meta({ oneOf: SOURCES.map((source) => ({ required: [source] })) });

const mount = z.strictObject({
  source: hostPath.describe('Directory of the host.'),
  target: boxPath.describe('Where the box sees it.'),
  write: z.boolean().optional().describe('Let the box write to it. Default: false.'),
});

const shared = {
  agent: agentName.optional().describe('The agent that runs when none is named. Default: claude.'),
  agents: z.array(agentName).min(1, 'is empty').optional().describe('The agents that may run. Default: all.'),
  engine: z.enum(['auto', 'docker', 'podman']).optional().describe('What runs containers. Default: auto.'),
  runtime: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is no name of a runtime')
    .optional()
    .describe("auto: runsc where it works, else the engine's own. Or the name of a runtime that must be used."),
  network: z.enum(['gateway', 'none', 'open']).optional().describe('What the box may reach. Default: open.'),
  resources: z
    .strictObject({
      memory: size.optional().describe('Such as 4g or 512m. Default: 4g.'),
      cpus: z.number().positive('must be more than 0').optional().describe('Cores. Default: 2.'),
      pids: z.number().int().positive('must be more than 0').optional().describe('Processes. Default: 512.'),
    })
    .optional()
    .describe('Hard limits of a box.'),
  allow_degraded: z
    .array(z.enum(['memory-limit', 'cpus-limit', 'pids-limit']))
    .optional()
    .describe('Guarantees to do without where this machine cannot give them. Every run says so.'),
  login: z
    .enum(['own', 'host'])
    .optional()
    .describe(
      "The agent's login: one made in the box, or a copy of the host's. Default: host for client default, else own.",
    ),
  env: z.record(variableName, text).optional().describe('Environment of the agent.'),
  env_file: hostPath.optional().describe('File of KEY=VALUE lines, mode 0600; `env` wins over it.'),
  git: z
    .strictObject({
      name: identity.optional().describe('Name in commits.'),
      email: identity.optional().describe('Address in commits.'),
    })
    .optional()
    .describe('Identity of the commits made in the box.'),
  mounts: z.array(mount).optional().describe('Further directories of the host. Those of defaults and client add up.'),
  agent_config: z
    .record(agentName, hostPath)
    .optional()
    .describe('By agent: a folder with its configuration (CLAUDE.md, commands, skills), seen read-only.'),
  agent_version: z
    .record(agentName, z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]*$/, 'is no version'))
    .optional()
    .describe('By agent: the version to use instead of the pinned one.'),
  image: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'is no name of an image')
    .optional()
    .describe('An image of your own in the place of the built one.'),
  autonomy: z
    .enum(['auto', 'ask'])
    .optional()
    .describe('auto: the agent works without asking, the box is the wall. ask: as it does by itself. Default: auto.'),
  workspace_path: z
    .enum(['/workspace', 'same'])
    .optional()
    .describe('Where the box sees the project: at /workspace (the default), or at its own path.'),
};

const client = z.strictObject({
  ...shared,
  projects: z
    .array(hostPath)
    .optional()
    .describe('Folders whose projects belong to this client: in there it is chosen, and any other client refused.'),
  credentials: z
    .record(variableName, credential)
    .optional()
    .describe('Secrets of this client. The name is the variable that the agent finds it in.'),
});

/** The whole of config.yaml, as it is written there. */
export const configSchema = z
  .strictObject({
    defaults: z
      .strictObject(shared)
      .nullable()
      .optional()
      .describe('Settings of every client that does not say otherwise.'),
    clients: z
      .record(clientName, client.nullable())
      .nullable()
      .optional()
      .describe('The clients: each has its own credentials, agent state, identity and limits.'),
  })
  .meta({ title: 'agentbox configuration' });

export type RawSettings = z.infer<z.ZodObject<typeof shared, z.core.$strict>>;
export type RawClient = z.infer<typeof client>;
export type RawCredential = z.infer<typeof credential>;

/** The JSON Schema of config.yaml, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }) };
}
