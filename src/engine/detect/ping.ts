import { request } from 'node:http';

/** Who answers behind a socket: an engine, nobody (in the system's word: ENOENT, ECONNREFUSED, EACCES, …), or too late. */
export type Ping =
  | { readonly state: 'docker' | 'podman' }
  | { readonly state: 'nobody'; readonly code: string }
  | { readonly state: 'slow'; readonly seconds: number }
  | { readonly state: 'strange'; readonly why: string };

const LIMIT = 2_000;

/** Asks GET /_ping of a Unix socket; never throws, and answers within two seconds. */
export function ping(socketPath: string, limit = LIMIT): Promise<Ping> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', agent: false }, (answer) => {
      clearTimeout(timer);
      answer.destroy();
      if (answer.headers['libpod-api-version'] !== undefined) resolve({ state: 'podman' });
      else if (answer.statusCode === 200) resolve({ state: 'docker' });
      else resolve({ state: 'strange', why: `GET /_ping was answered with ${answer.statusCode}` });
    });
    const timer = setTimeout(() => {
      resolve({ state: 'slow', seconds: limit / 1000 });
      asked.destroy();
    }, limit);
    asked.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const { code } = error;
      resolve(code?.startsWith('E') ? { state: 'nobody', code } : { state: 'strange', why: error.message });
    });
    asked.end();
  });
}
