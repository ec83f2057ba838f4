import { join } from 'node:path';

/** Where agentbox keeps things on the host. XDG on macOS too, as users of command lines expect. */
export interface Paths {
  readonly home: string;
  readonly configDir: string;
  readonly configFile: string;
  readonly dataDir: string;
  readonly cacheDir: string;
}

/** The paths of an environment. `AGENTBOX_DATA` names the data directory itself. */
export function pathsOf(env: Readonly<Record<string, string | undefined>>, home: string): Paths {
  const base = (name: string, fallback: string) => {
    const value = env[name];
    return value?.startsWith('/') ? value : join(home, fallback);
  };
  const configDir = join(base('XDG_CONFIG_HOME', '.config'), 'agentbox');
  return {
    home,
    configDir,
    configFile: join(configDir, 'config.yaml'),
    dataDir: env['AGENTBOX_DATA'] || join(base('XDG_DATA_HOME', '.local/share'), 'agentbox'),
    cacheDir: join(base('XDG_CACHE_HOME', '.cache'), 'agentbox'),
  };
}

/** A client's own directory; everything of the client lies in it. */
export function clientDir(paths: Paths, client: string): string {
  return join(paths.dataDir, 'clients', client);
}

/** The state directory of one agent of one client, on the host. */
export function agentStateDir(paths: Paths, client: string, agent: string): string {
  return join(clientDir(paths, client), 'agents', agent);
}

/** What agentbox keeps of the workspaces of a client's boxes: a folder for each box, by its name. */
export function workspacesDir(paths: Paths, client: string): string {
  return join(clientDir(paths, client), 'workspaces');
}

/** What agentbox keeps of one box's workspace: its record, its own git directory, what was moved aside. */
export function workspaceDir(paths: Paths, client: string, box: string): string {
  return join(workspacesDir(paths, client), box);
}

/** What a box that may only read its project has as `/out`. */
export function outDir(paths: Paths, client: string, box: string): string {
  return join(workspaceDir(paths, client, box), 'out');
}

/** The objects of the files that a clone was made of, where git had not kept them yet; boxes never see it. */
export function cloneBaseDir(paths: Paths, client: string, box: string): string {
  return join(workspaceDir(paths, client, box), 'base');
}

/** The folder of `run --scratch`: a workspace for what belongs to no project. */
export function scratchDir(paths: Paths, client: string): string {
  return join(clientDir(paths, client), 'scratch');
}

/** The directory of a client's shell history, on the host. */
export function historyDir(paths: Paths, client: string): string {
  return join(clientDir(paths, client), 'history');
}

/** The directory of what `creds set --store file` keeps for a client. It lies outside of the client's own, parts of which boxes see. */
export function secretsDir(paths: Paths, client: string): string {
  return join(paths.dataDir, 'secrets', client);
}
