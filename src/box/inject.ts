import { randomBytes } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { agentStateDir } from '../config/paths.ts';
import type { Context } from '../context.ts';
import type { CredentialRequest } from '../credentials/resolved.ts';
import { UserError } from '../errors.ts';
import { chooseImage } from '../image/choose.ts';
import { helperBox } from '../plan/helperBox.ts';
import { selinuxLevel } from '../plan/selinux.ts';
import { boxUser } from '../plan/user.ts';
import { ensureClientState } from '../state/clientState.ts';
import { runHelper } from './helper.ts';
import type { Frame } from './payload.ts';

const LIMIT = 60_000;

/**
 * Writes frames into the state directory of a client's agent, from inside a box without network: boxes can write there,
 * so a host that wrote there could be led astray by a link. Throws UserError('state') with the box's own words.
 */
export async function injectFrames(
  context: Context,
  { profile, agent }: Pick<CredentialRequest, 'profile' | 'agent'>,
  frames: readonly Frame[],
): Promise<void> {
  const engine = await context.engine({ flag: undefined, profile: profile.engine });
  const facts = await engine.facts();
  const source = agentStateDir(context.paths, profile.client, agent.name);
  const owner = await lstat(source).catch(() => undefined);
  const usual = boxUser(context.caller, facts, undefined);
  // Root's boxes run as the owner of the project; the state directory remembers who that was.
  const user = owner === undefined || owner.uid === 0 ? usual : { ...usual, uid: owner.uid, gid: owner.gid };
  await ensureClientState(context.paths, profile.client, agent.name, context.caller, user);
  const image = await chooseImage(engine, agent, profile, context);
  const spec = helperBox({
    purpose: 'creds',
    suffix: randomBytes(4).toString('hex'),
    image: image.ref,
    user,
    argv: ['/bin/true'],
    network: 'none',
    mounts: [{ source, target: agent.stateDir, write: true, relabel: facts.selinux, purpose: 'state' }],
    selinuxLevel: facts.selinux ? selinuxLevel(profile.client) : undefined,
  });
  const { code, stderr } = await runHelper(engine, spec, frames, LIMIT);
  if (code === 0) return;
  throw new UserError('state', `cannot write into the state of ${agent.name}`, {
    why: stderr.trim() || `exit code ${code}`,
  });
}
