import { open } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import type { Price } from '../usage/cost.ts';
import type { Paths } from './paths.ts';
import type { ClientSettings, Settings } from './settings.ts';

/** The user's configuration file, checked; paths in it are absolute. */
export interface LoadedConfig {
  readonly file: string;
  /** False: there is no file, and this is the empty configuration. */
  readonly exists: boolean;
  readonly defaults: Settings;
  readonly clients: ReadonlyMap<string, ClientSettings>;
  /** What models cost, the strongest first; they win over list prices. */
  readonly prices?: readonly Price[];
}

/** Reads config.yaml; the empty configuration when there is none. Throws UserError('config') with every mistake in it. */
export async function loadConfig(paths: Paths): Promise<LoadedConfig> {
  const text = await readConfigText(paths.configFile);
  if (text === undefined) return { file: paths.configFile, exists: false, defaults: {}, clients: new Map() };
  const [{ parseConfig }, { realPathOf }] = await Promise.all([import('./parse.ts'), import('./realPath.ts')]);
  return parseConfig(text, { file: paths.configFile, home: paths.home, realPathOf });
}

/** The text of the file, undefined when there is none; throws UserError('config') when others may write it. */
export async function readConfigText(file: string): Promise<string | undefined> {
  try {
    const handle = await open(file, 'r');
    try {
      const stat = await handle.stat();
      if (!stat.isFile())
        throw new UserError('config', `${file} is not a file`, { next: ['move it away: agentbox init writes one'] });
      if ((stat.mode & 0o022) !== 0) {
        throw new UserError('config', `${file} can be written by others`, {
          why: 'who writes it decides what your boxes may do',
          next: [`chmod go-w ${file}`],
        });
      }
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    if (typeof code !== 'string') throw error;
    throw new UserError('config', `cannot read ${file}`, { why: code, cause: error, next: [`ls -l ${file}`] });
  }
}
