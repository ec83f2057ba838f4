import type { Prepared } from '../box/prepare.ts';
import type { Context } from '../context.ts';
import { stateDirOf } from '../credentials/stateDir.ts';
import { readStateFile } from '../credentials/stateFile.ts';
import { UserError } from '../errors.ts';
import { warn } from '../ui/io.ts';
import { closeClone } from './clone/closeClone.ts';
import type { KnownSecret } from './landing/secrets/known.ts';
import { closeReadonly } from './readonly/closeReadonly.ts';
import { readRecord } from './record.ts';
import { closeRecord } from './settle.ts';

/** After the end of a box: takes its work in, or says where it is. Each step may be done again by a later command. */
export async function closeWorkspace(context: Context, prepared: Prepared): Promise<void> {
  const { engine, profile, box, secrets, news } = prepared;
  const record = await readRecord(context.paths, profile.client, box.name);
  if (record === undefined) return;
  try {
    if (record.workspace === 'clone') news.clone = await closeClone(context, engine, record);
    else if (record.workspace === 'readonly') await closeReadonly(context, record);
    else await closeRecord(context, record, { ask: true, known: [...secrets, ...ownLogin(context, prepared)], news });
  } catch (error) {
    // Nothing is lost, and the agent's exit code is what the caller waits for.
    if (!(error instanceof UserError)) throw error;
    warn(
      context.io,
      `agentbox: the ${record.workspace} of ${record.box} stays: ${error.message}; agentbox ls shows it`,
    );
  }
}

/** The login in the state of the agent as it is now, which the box may have made or renewed. */
function ownLogin(context: Context, { profile, agent, brokered }: Prepared): readonly KnownSecret[] {
  const name = `${agent.name} login`;
  // A brokered one is a placeholder in there.
  if (agent.login === undefined || brokered.some((secret) => secret.name === name)) return [];
  try {
    const value = readStateFile(stateDirOf(profile, agent, context), agent.login.file);
    return value === undefined ? [] : [{ name, value }];
  } catch (error) {
    // Not the plain file that a login is in.
    if (!(error instanceof UserError)) throw error;
    return [];
  }
}
