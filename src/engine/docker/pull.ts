import type { IncomingMessage } from 'node:http';
import { UserError } from '../../errors.ts';
import { pullTrouble } from '../pullTrouble.ts';
import { type DockerClient, SLOW_LIMIT } from './client.ts';
import { lost, statusOf } from './errors.ts';
import { jsonLines } from './json.ts';
import { within } from './limit.ts';
import { type AuthSource, type RegistryAuth, registryAuth } from './registryAuth.ts';

/** Milliseconds for a whole pull. */
const PULL_LIMIT = 60 * 60_000;

/** See Engine.pull. */
export async function pullImage(
  client: DockerClient,
  ref: string,
  onProgress: (text: string) => void,
  source: AuthSource,
): Promise<void> {
  const answer = await startPull(client, ref, await registryAuth(ref, source));
  const error = await within(PULL_LIMIT, follow(answer, onProgress), () => {
    answer.destroy();
    return new UserError('image', `pulling ${ref} took longer than ${PULL_LIMIT / 60_000} minutes`, {
      next: ['try again: what was pulled is kept', 'agentbox doctor'],
    });
  });
  if (error !== undefined) throw pullTrouble('docker', ref, error);
}

/** Name and tag (or digest) apart, as the engine wants them; without either it would pull every tag there is. */
export function splitRef(ref: string): { fromImage: string; tag: string } {
  const at = ref.indexOf('@');
  if (at >= 0) return { fromImage: ref.slice(0, at), tag: ref.slice(at + 1) };
  const colon = ref.lastIndexOf(':');
  if (colon <= ref.lastIndexOf('/')) return { fromImage: ref, tag: 'latest' };
  return { fromImage: ref.slice(0, colon), tag: ref.slice(colon + 1) };
}

async function startPull(client: DockerClient, ref: string, auth: RegistryAuth | undefined): Promise<IncomingMessage> {
  const options = splitRef(ref);
  try {
    const answer = await client.call(
      'starting a pull',
      (docker, abortSignal) => docker.createImage(auth, { ...options, abortSignal }),
      SLOW_LIMIT,
    );
    return answer as IncomingMessage;
  } catch (error) {
    // A registry that refuses at once makes the engine refuse; later it is an error among the progress.
    if (error instanceof UserError && statusOf(error) !== undefined)
      throw pullTrouble('docker', ref, error.why ?? error.message);
    throw error;
  }
}

async function follow(answer: AsyncIterable<Buffer>, onProgress: (text: string) => void): Promise<string | undefined> {
  const last = new Map<unknown, string>();
  let error: string | undefined;
  try {
    for await (const { id, status, error: trouble } of jsonLines(answer)) {
      if (typeof trouble === 'string') error = trouble;
      // The engine repeats itself with every few bytes of a layer.
      if (typeof status !== 'string' || last.get(id) === status) continue;
      last.set(id, status);
      onProgress(typeof id === 'string' ? `${id}: ${status}` : status);
    }
  } catch (cause) {
    throw lost(cause);
  }
  return error;
}
