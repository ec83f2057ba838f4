import { AGENT_NAMES, agentOf } from '../../agents/index.ts';
import { NO_FLAGS } from '../../config/flags.ts';
import { profileOf } from '../../config/merge.ts';
import type { Context } from '../../context.ts';
import { configured } from '../../credentials/configured.ts';
import { resolveNamed } from '../../credentials/resolve.ts';
import { NO_ENV } from '../../credentials/resolved.ts';
import { UserError } from '../../errors.ts';
import { warn } from '../../ui/io.ts';
import type { KnownSecret } from '../landing/secrets/known.ts';
import type { WorkspaceRecord } from '../record.ts';

/** The values of the client's configured credentials, to look for in what lands. One that cannot be had now is told and left out. */
export async function knownSecrets(
  context: Context,
  { client, agent }: Pick<WorkspaceRecord, 'client' | 'agent'>,
): Promise<readonly KnownSecret[]> {
  const config = await context.config();
  const known: KnownSecret[] = [];
  try {
    const { profile } = profileOf(config, client, { ...NO_FLAGS, agent }, AGENT_NAMES);
    const request = { profile, agent: agentOf(profile.agent), env: NO_ENV, fresh: false };
    for (const named of configured(request)) {
      const found = await resolveNamed(named, request, context).catch((error: unknown) => unknownOne(error));
      if (found === undefined)
        warn(context.io, `agentbox: the value of ${named.name} cannot be had, so it is not looked for`);
      else if ('value' in found) known.push({ name: named.name, value: found.value });
    }
  } catch (error) {
    // The client may have left the configuration since.
    if (!(error instanceof UserError)) throw error;
    warn(context.io, `agentbox: the client's own secrets are not looked for: ${error.message}`);
  }
  return known;
}

function unknownOne(error: unknown): undefined {
  if (error instanceof UserError) return undefined;
  throw error;
}
