import { dirname } from 'node:path';
import { claimsOf, overlapsOf, type RealPathOf } from './binding.ts';
import type { LoadedConfig } from './load.ts';
import { pricesOfConfig } from './priceKeys.ts';
import { ConfigError, type Problem } from './problem.ts';
import { readYaml } from './readYaml.ts';
import { configJsonSchema, configSchema } from './schema.ts';
import { clientSettingsOf, expandPath, settingsOf } from './settings.ts';

/** Where a configuration comes from and what its paths mean. */
export interface Origins {
  readonly file: string;
  readonly home: string;
  readonly realPathOf: RealPathOf;
}

/** The configuration of a text; throws ConfigError with every mistake in it. */
export async function parseConfig(text: string, origins: Origins): Promise<LoadedConfig> {
  const refused = (problems: readonly Problem[]) => new ConfigError(origins.file, problems);
  const { data, problemAt } = readYaml(text, { schema: configSchema, jsonSchema: configJsonSchema, refused });
  const expand = (path: string) => expandPath(path, dirname(origins.file), origins.home);
  const config: LoadedConfig = {
    file: origins.file,
    exists: true,
    defaults: settingsOf(data.defaults ?? {}, expand),
    clients: new Map(
      Object.entries(data.clients ?? {}).map(([name, raw]) => [name, clientSettingsOf(raw ?? {}, expand)]),
    ),
    ...(data.prices === undefined ? {} : { prices: pricesOfConfig(data.prices) }),
  };
  const overlaps = overlapsOf(await claimsOf(config, origins.realPathOf));
  if (overlaps.length > 0) {
    throw refused(
      overlaps.map(({ client, index, project, other }) =>
        problemAt(['clients', client, 'projects', index], `overlaps with ${project} of client ${other}`),
      ),
    );
  }
  return config;
}
