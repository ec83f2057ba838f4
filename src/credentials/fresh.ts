import type { Frame } from '../box/payload.ts';
import { configured } from './configured.ts';
import { credentialFiles } from './deliver.ts';
import { findFallback, resolveNamed } from './resolve.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';
import type { SourceDeps } from './sources/deps.ts';

/** What `creds --fresh` puts into the state of an agent: the frames, and in words from where. */
export interface Fresh {
  readonly frames: readonly Frame[];
  readonly sources: readonly string[];
}

/** Puts frames into the state directory of a client's agent, which only a box may write. */
export type Inject = (request: CredentialRequest, frames: readonly Frame[]) => Promise<void>;

/**
 * Reads anew every credential that lies in the agent's state as a file: configured ones and the copy of the host's login.
 * The others are read anew at every run anyway. Nothing for an agent that nobody serves; throws UserError('credentials') for
 * what is there and does not serve.
 */
export async function freshFrames(request: Omit<CredentialRequest, 'fresh'>, deps: SourceDeps): Promise<Fresh> {
  const fresh: CredentialRequest = { ...request, fresh: true };
  const isInState = (path: string) => path.startsWith(`${request.agent.stateDir}/`);
  const inState = configured(fresh).filter(
    ({ credential: { deliver } }) => typeof deliver === 'object' && isInState(deliver.file),
  );
  const credentials: Resolved[] = [];
  for (const named of inState) credentials.push(await resolveNamed(named, fresh, deps));
  const fallback = await findFallback(fresh, deps);
  if (fallback !== undefined && fallback !== 'nobody') credentials.push(...fallback.credentials);
  const files = credentials.filter((one) => one.delivery === 'file' && isInState(one.path));
  return { frames: credentialFiles(files), sources: files.map(({ name, source }) => `${name}: ${source}`) };
}
