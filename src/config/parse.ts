import { dirname } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { claimsOf, overlapsOf, type RealPathOf } from './binding.ts';
import { explain } from './explain.ts';
import type { LoadedConfig } from './load.ts';
import { locate } from './locate.ts';
import { ConfigError, type Problem, pathText } from './problem.ts';
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = (path: readonly PropertyKey[], offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { path: pathText(path), line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const refuse = (problems: readonly Problem[]) => {
    if (problems.length > 0) throw new ConfigError(origins.file, problems);
  };

  // The end of these messages may quote the text, and with it a secret.
  const broken = [...document.errors, ...document.warnings];
  refuse(broken.map((error) => problem([], error.pos[0], error.message.replace(/: ".*$/s, ''))));

  let data: unknown;
  try {
    data = document.toJS() ?? {};
  } catch {
    refuse([problem([], 0, 'an alias (*name) leads nowhere, or too many are used')]);
  }
  const parsed = configSchema.safeParse(data);
  if (!parsed.success) {
    const mistakes = explain(parsed.error.issues, data, configJsonSchema());
    const problems = mistakes.map(({ path, atKey, message }) => problem(path, locate(document, path, atKey), message));
    throw new ConfigError(
      origins.file,
      problems.sort((a, b) => a.line - b.line || a.column - b.column),
    );
  }

  const expand = (path: string) => expandPath(path, dirname(origins.file), origins.home);
  const config: LoadedConfig = {
    file: origins.file,
    exists: true,
    defaults: settingsOf(parsed.data.defaults ?? {}, expand),
    clients: new Map(
      Object.entries(parsed.data.clients ?? {}).map(([name, raw]) => [name, clientSettingsOf(raw ?? {}, expand)]),
    ),
  };
  const overlaps = overlapsOf(await claimsOf(config, origins.realPathOf));
  refuse(
    overlaps.map(({ client, index, project, other }) => {
      const path = ['clients', client, 'projects', index];
      return problem(path, locate(document, path, false), `overlaps with ${project} of client ${other}`);
    }),
  );
  return config;
}
