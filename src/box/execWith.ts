import { AGENT_NAMES } from '../agents/index.ts';
import { NO_FLAGS } from '../config/flags.ts';
import { profileOf } from '../config/merge.ts';
import type { Context } from '../context.ts';
import { readNamed } from '../credentials/readNamed.ts';
import type { BoxInfo } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { fromLabels } from '../plan/labels.ts';
import { encodePayload, type Frame } from './payload.ts';

/**
 * What gives credentials of a box's client to one program in it, as variables of their names; undefined for none. Throws
 * UserError('credentials') for one that the client does not have.
 */
export async function payloadWith(
  context: Context,
  box: BoxInfo,
  names: readonly string[],
): Promise<Buffer | undefined> {
  if (names.length === 0) return undefined;
  const { client, data } = fromLabels(box.labels);
  if (data !== context.paths.dataDir) {
    throw new UserError('refused', `${box.name} is a box of another user`, { why: 'it would get a secret of yours' });
  }
  const { credentials } = profileOf(await context.config(), client, NO_FLAGS, AGENT_NAMES).profile;
  const frames: Frame[] = [];
  for (const name of new Set(names)) {
    const credential = credentials[name];
    if (credential === undefined) throw unknown(client, name, Object.keys(credentials));
    frames.push({ op: 'env', name, value: await readNamed(credential.source, context, { client, name }) });
  }
  return encodePayload(frames);
}

function unknown(client: string, name: string, known: readonly string[]): UserError {
  return new UserError('credentials', `client ${client} has no credential ${name}`, {
    why: known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`,
    next: [`agentbox creds set ${name} --client ${client}`, `agentbox creds --client ${client}`],
  });
}
