import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { named } from './dockerHost.ts';
import { absent, broken, type Host, type Strategy } from './strategy.ts';

/** The endpoint of Docker's context: the one DOCKER_CONTEXT names, else the current one of `docker context`. */
export const dockerContext: Strategy = {
  name: 'docker context',
  kind: 'docker',
  decides: true,
  probe: async (host) => {
    const dir = dockerConfigDir(host);
    const name = host.env['DOCKER_CONTEXT'] || currentContext(await host.read(join(dir, 'config.json')));
    if (name === undefined || name === 'default') return absent('none was chosen');
    const url = endpointOf(await host.read(metaFile(dir, name)));
    const by = `the docker context ${name}`;
    const undo = host.env['DOCKER_CONTEXT'] ? 'unset DOCKER_CONTEXT' : 'docker context use default';
    if (url === undefined) return broken(`${by} has no endpoint, or does not exist`, 'docker context ls', undo);
    return named(host, url, by, undo);
  },
};

/** Where Docker keeps its configuration, contexts and logins. */
export function dockerConfigDir(host: Pick<Host, 'env' | 'home'>): string {
  return host.env['DOCKER_CONFIG'] || join(host.home, '.docker');
}

/** Docker names the directory of a context by the hash of its name. */
export function metaFile(dir: string, name: string): string {
  return join(dir, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'), 'meta.json');
}

function currentContext(config: string | undefined): string | undefined {
  const name = (parse(config) as { currentContext?: unknown } | undefined)?.currentContext;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

function endpointOf(meta: string | undefined): string | undefined {
  const host = (parse(meta) as { Endpoints?: { docker?: { Host?: unknown } } } | undefined)?.Endpoints?.docker?.Host;
  return typeof host === 'string' ? host : undefined;
}

/** Undefined for what is no JSON: Docker's own command complains of that, and goes on. */
function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
