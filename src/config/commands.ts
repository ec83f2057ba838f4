import { AGENT_NAMES } from '../agents/index.ts';
import type { Context } from '../context.ts';
import { print, printJson, say } from '../ui/io.ts';
import { fittedTable } from '../ui/table.ts';
import { NO_FLAGS } from './flags.ts';
import { profileOf } from './merge.ts';
import { DEFAULT_CLIENT } from './names.ts';
import { ConfigError } from './problem.ts';
import { rowsOf } from './rows.ts';

interface JsonOption {
  readonly json?: boolean;
}

/** Prints where the configuration is; it need not exist. */
export async function configPath(context: Context, options: JsonOption): Promise<void> {
  if (options.json) printJson(context.io, { file: context.paths.configFile, state: context.paths.dataDir });
  else print(context.io, context.paths.configFile);
}

/** Prints each setting of a client and where it comes from, never a secret. */
export async function configShow(context: Context, options: JsonOption & { client?: string }): Promise<void> {
  const client = options.client ?? DEFAULT_CLIENT;
  const config = await context.config();
  const rows = rowsOf(profileOf(config, client, NO_FLAGS, AGENT_NAMES));
  if (options.json) return printJson(context.io, { file: config.file, exists: config.exists, client, settings: rows });
  if (!config.exists) say(context.io, `there is no ${config.file}; this is what holds without one`);
  const lines = rows.map(({ setting, value, from }) => [setting, value, from]);
  print(context.io, fittedTable(context.io, ['SETTING', 'VALUE', 'FROM'], lines));
}

/** Prints the JSON Schema of config.yaml, or of a project's .agentbox.yaml. */
export async function configSchema(context: Context, options: { readonly project?: boolean }): Promise<void> {
  if (options.project) {
    const { projectJsonSchema } = await import('./projectFile/schema.ts');
    return printJson(context.io, projectJsonSchema());
  }
  const { configJsonSchema } = await import('./schema.ts');
  printJson(context.io, configJsonSchema());
}

/** Checks the configuration and every client in it; throws UserError('config') when it is not valid. */
export async function configValidate(context: Context, options: JsonOption): Promise<void> {
  const file = context.paths.configFile;
  try {
    const config = await context.config();
    const clients = [...new Set([DEFAULT_CLIENT, ...config.clients.keys()])];
    for (const client of clients) profileOf(config, client, NO_FLAGS, AGENT_NAMES);
    if (options.json) return printJson(context.io, { valid: true, file, exists: config.exists, clients, problems: [] });
    say(
      context.io,
      config.exists ? `${file} is valid; clients: ${clients.join(', ')}` : `there is no ${file}, which is fine`,
    );
  } catch (error) {
    if (options.json && error instanceof ConfigError) {
      printJson(context.io, { valid: false, file, exists: true, clients: [], problems: error.problems });
    }
    throw error;
  }
}
