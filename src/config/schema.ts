import * as z from 'zod';
import { CLIENT_NAME } from './names.ts';
import { networkKeys } from './networkKeys.ts';
import { prices } from './priceKeys.ts';
import { parseSize, SIZE } from './size.ts';
import { workspaceKeys } from './workspaceKeys.ts';

// Each file is read once a run, so a reader compiled for it would cost more than it saves.
z.config({ jitless: true });

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

const SOURCES = ['env', 'file', 'command', 'keychain', 'store'] as const;

const source = {
  env: variableName.optional().describe('Take the value from this variable of your own environment.'),
  file: hostPath.optional().describe('Take the value from this file, without the newline at its end.'),
  command: z
    .array(text)
    .min(1, 'is empty')
    .optional()
    .describe('Take the value from the standard output of this program, given as a list; no shell is used.'),
  keychain: z.string().min(1, 'is empty').optional().describe("Take the value from the system's keychain."),
  store: z
    .enum(['keychain', 'file'])
    .optional()
    .describe(
      'Take the value that `agentbox creds set` keeps: in the keychain, or in a file (0600) that is not encrypted.',
    ),
};
const hasOneSource = (value: Partial<Record<(typeof SOURCES)[number], unknown>>) =>
  SOURCES.filter((name) => value[name] !== undefined).length === 1;
const oneOf = (names: readonly string[]) =>
  `needs exactly one source: ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
const requireOne = (names: readonly string[]) => ({ oneOf: names.map((name) => ({ required: [name] })) });

const exactHost = z
  .string()
  .regex(
    /^(?:(?!-)[a-zA-Z0-9_-]{1,63}(?:\.(?!-)[a-zA-Z0-9_-]{1,63})*|\[[0-9a-fA-F:.]+\])(?::[1-9][0-9]{0,4})?$/,
    'is no host such as api.acme.test or api.acme.test:8443; a * is not for secrets',
  );

/** `creds set` stores by the name of a credential, and a header has none. */
const { store: _, ...headerSource } = source;

const credential = z
  .strictObject({
    ...source,
    deliver: z
      .union([z.enum(['broker', 'env']), z.strictObject({ file: boxPath.describe('Absolute path in the box.') })], {
        error: 'is none of broker, env and { file: /path }',
      })
      .optional()
      .describe(
        'How the agent gets it. broker: the gateway puts it into requests to `hosts`, and the box never has it. env: as a variable. Or a file in the box. Default: broker where that works, else env.',
      ),
    hosts: z
      .array(exactHost)
      .min(1, 'is empty')
      .optional()
      .describe(
        'The hosts, or host:port, that a brokered value goes to, over TLS. Default: those that are known for its name.',
      ),
    agents: z.array(agentName).min(1, 'is empty').optional().describe('The agents that get it.'),
  })
  .refine(hasOneSource, { error: oneOf(SOURCES) })
  .meta(requireOne(SOURCES));

const url = z
  .string()
  .regex(
    /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/,
    'is no address such as https://models.acme.test/v1, without a password in it',
  );
const awsProfile = z.string().regex(/^[A-Za-z0-9][\w:.@/+=-]*$/, 'is no name of a profile');
const cloudName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]*$/, 'is no name of a project or region');
const endpoint = {
  base_url: url
    .optional()
    .describe('An endpoint in the place of the usual one: a model gateway, Azure, GitHub Enterprise.'),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is no name of a header'),
      z.union([
        z.string().regex(/^[^\r\n\0]*$/, 'has a character that no header can hold'),
        z
          .strictObject(headerSource)
          .refine(hasOneSource, { error: oneOf(Object.keys(headerSource)) })
          .meta(requireOne(Object.keys(headerSource))),
      ]),
    )
    .optional()
    .describe('Extra headers of each request; a value as it is, or one source (env, file, command, keychain).'),
  query: z
    .record(z.string().min(1, 'is empty'), text)
    .optional()
    .describe('Extra parameters of each address, such as api-version.'),
};

/** Who serves the model, with what each needs. */
const provider = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.enum(['anthropic', 'openai', 'google', 'copilot']).describe('Who serves the model.'),
    ...endpoint,
  }),
  z.strictObject({
    name: z.literal('vertex').describe('Google Cloud.'),
    project: cloudName.describe('Google Cloud project.'),
    region: cloudName.describe('Such as europe-west1 or global.'),
    adc: hostPath
      .optional()
      .describe('Application default credentials or the key of a service account; that one file goes into the box.'),
    ...endpoint,
  }),
  z.strictObject({
    name: z.literal('bedrock').describe('Amazon Web Services.'),
    region: cloudName.describe('Such as eu-central-1.'),
    profile: awsProfile
      .optional()
      .describe('Profile of the AWS command line whose credentials are exported at each run.'),
    ...endpoint,
  }),
]);

const rules = z.array(z.string().regex(/^\P{Cc}+$/u, 'has a control character, or is empty'));
const permissions = z.strictObject({
  allow: rules.optional().describe('What the agent may do without asking.'),
  ask: rules.optional().describe('What it must ask for.'),
  deny: rules.optional().describe('What it may not do.'),
});

const NO_VERSION = 'is no version, such as 22 or "3.12" (in quotes, since YAML reads 3.10 as 3.1)';
const version = z
  .union([z.string(), z.number()], { error: NO_VERSION })
  .refine(
    (value) => /^\d+(\.\d+){0,2}$/.test(`${value}`) && (typeof value === 'string' || value % 1 === 0),
    NO_VERSION,
  );

const mount = z.strictObject({
  source: hostPath.describe('Directory of the host.'),
  target: boxPath.describe('Where the box sees it.'),
  write: z.boolean().optional().describe('Let the box write to it. Default: false.'),
});

/** What both `defaults` and a client may say. */
export const sharedKeys = {
  agent: agentName.optional().describe('The agent that runs when none is named. Default: claude.'),
  agents: z.array(agentName).min(1, 'is empty').optional().describe('The agents that may run. Default: all.'),
  engine: z.enum(['auto', 'docker', 'podman']).optional().describe('What runs containers. Default: auto.'),
  runtime: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is no name of a runtime')
    .optional()
    .describe("auto: runsc where it works, else the engine's own. Or the name of a runtime that must be used."),
  ...networkKeys,
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
    .describe(
      'An image to work in; agentbox adds the agent and its own layer. Pulled when it is not there, by tag or digest.',
    ),
  dockerfile: hostPath
    .optional()
    .describe('A Dockerfile of yours that begins with: ARG FROM, FROM $FROM. Its folder is the context.'),
  packages: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?$/, 'is no name of a Debian package'))
    .optional()
    .describe('Debian packages added to the image. Those of defaults and client add up.'),
  toolchains: z
    .strictObject({
      node: version.optional().describe('Node.js, such as 24.'),
      python: version.optional().describe('Python, such as "3.12".'),
      go: version.optional().describe('Go, such as "1.24".'),
      rust: version.optional().describe('Rust, such as "1.85".'),
      java: version.optional().describe('A Java development kit, such as 21.'),
    })
    .optional()
    .describe('Languages at a version, put into the image when it is built.'),
  devcontainer: z
    .boolean()
    .optional()
    .describe("Work in the image of the project's devcontainer.json, after you have agreed to its content."),
  providers: z
    .record(agentName, provider)
    .optional()
    .describe('By agent: who serves the model, when it is not the usual one.'),
  permissions: z
    .record(agentName, permissions)
    .optional()
    .describe(
      "By agent: what it may do by itself, in the agent's own terms. The box is the wall; this is a second one.",
    ),
  autonomy: z
    .enum(['auto', 'ask'])
    .optional()
    .describe('auto: the agent works without asking, the box is the wall. ask: as it does by itself. Default: auto.'),
  ...workspaceKeys,
};

const client = z.strictObject({
  ...sharedKeys,
  projects: z
    .array(hostPath)
    .optional()
    .describe('Folders whose projects belong to this client: in there it is chosen, and any other client refused.'),
  share_host_login: z
    .boolean()
    .optional()
    .describe("The agent's directory on this machine (login, history, settings) is its state in the box, writable."),
  share_refresh: z
    .boolean()
    .optional()
    .describe("A copy of the host's login includes its refresh token; whoever renews first logs the others out."),
  ssh_agent: z.boolean().optional().describe('What runs in the box may sign with the keys of your SSH agent (Linux).'),
  credentials: z
    .record(variableName, credential)
    .optional()
    .describe('Secrets of this client. The name is the variable that the agent finds it in.'),
});

/** Everything that a client may say. */
export const CLIENT_KEYS: readonly string[] = Object.keys(client.shape);

/** The whole of config.yaml, as it is written there. */
export const configSchema = z
  .strictObject({
    defaults: z
      .strictObject(sharedKeys)
      .nullable()
      .optional()
      .describe('Settings of every client that does not say otherwise.'),
    clients: z
      .record(clientName, client.nullable())
      .nullable()
      .optional()
      .describe('The clients: each has its own credentials, agent state, identity and limits.'),
    prices,
  })
  .meta({ title: 'agentbox configuration' });

export type RawSettings = z.infer<z.ZodObject<typeof sharedKeys, z.core.$strict>>;
export type RawClient = z.infer<typeof client>;
export type RawProvider = z.infer<typeof provider>;
export type RawSource = { readonly [K in (typeof SOURCES)[number]]?: z.infer<typeof credential>[K] };
export type RawCredential = z.infer<typeof credential>;

/** The JSON Schema of config.yaml, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }) };
}
