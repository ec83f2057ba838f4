import { dockerAt } from './dockerSocket.ts';
import { type Answer, absent, broken, type Host, type Strategy } from './strategy.ts';

/** The endpoint that DOCKER_HOST names. */
export const dockerHost: Strategy = {
  name: 'DOCKER_HOST',
  kind: 'docker',
  decides: true,
  probe: async (host) => {
    const url = host.env['DOCKER_HOST'];
    return url ? named(host, url, 'DOCKER_HOST', 'unset DOCKER_HOST') : absent('it is not set');
  },
};

/**
 * What is behind an endpoint that somebody named, where `by` says who and `undo` how to take it back. Only an engine of this
 * very machine will do: a box mounts directories of the host.
 */
export async function named(host: Host, url: string, by: string, undo: string): Promise<Answer> {
  const socketPath = /^unix:\/\/(\/.+)$/.exec(url)?.[1];
  if (socketPath === undefined) {
    return broken(
      `${by} names ${withoutPassword(url)}, and agentbox can only use an engine on this machine so far`,
      undo,
      'or: --engine podman',
    );
  }
  const answer = await dockerAt(host, socketPath, url);
  // Somebody relies on it, so its absence is a fault.
  if (answer.state === 'absent') return broken(`${by} names ${url}: ${answer.why}`, undo, 'or: --engine podman');
  return answer;
}

function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*:[^/@]*@/, '$1…@');
}
