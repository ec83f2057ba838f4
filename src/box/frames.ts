import type { Agent } from '../agents/agent.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { agentConfigLinks } from '../credentials/agentConfig.ts';
import { deliver } from '../credentials/deliver.ts';
import { gitIdentity } from '../credentials/gitIdentity.ts';
import { keptSecrets } from '../credentials/keptSecrets.ts';
import { knownHosts } from '../credentials/knownHosts.ts';
import { resolveCredentials } from '../credentials/resolve.ts';
import type { BoxEnv } from '../credentials/resolved.ts';
import { seeding } from '../credentials/seeding.ts';
import { endOfSharing } from '../credentials/sharedMark.ts';
import type { KeptSecret } from '../network/keeper/protocol.ts';
import type { KnownSecret } from '../workspace/landing/secrets/known.ts';
import type { Frame } from './payload.ts';
import type { RunCommand } from './run.ts';
import { sshConfig } from './sshConfig.ts';

/** Whose frames, and for which project. */
export interface FramesRequest {
  readonly profile: Profile;
  readonly agent: Agent;
  /** Where the project is in the box. */
  readonly workspace: string;
  readonly request: Pick<RunCommand, 'flags' | 'freshCreds' | 'login'>;
}

/** What travels into a box, what the user should know of it, and what stays outside: the secrets it has placeholders of. */
export interface BoxFrames {
  readonly frames: readonly Frame[];
  readonly notices: readonly string[];
  readonly brokered: readonly KeptSecret[];
  /** The values of the client's credentials, to be found again in what a box leaves. They stay in memory. */
  readonly secrets: readonly KnownSecret[];
}

/** Everything that travels into a box over its pipe; a login box gets no credential, as it is there to make one. */
export async function boxFrames(
  context: Context,
  { profile, agent, workspace, request }: FramesRequest,
): Promise<BoxFrames> {
  const env = await boxEnv(context, profile, request.flags.env);
  const [resolution, identity, links, known] = await Promise.all([
    request.login
      ? { credentials: [], notices: [] }
      : resolveCredentials({ profile, agent, env, fresh: request.freshCreds }, context),
    gitIdentity(profile, context),
    agentConfigLinks(profile, agent),
    knownHosts(profile, context),
  ]);
  const delivery = deliver({
    ...seeding(profile, agent, context),
    profile,
    workspace,
    credentials: resolution.credentials,
    env,
    extra: [
      identity,
      ...links,
      ...known,
      ...sshConfig(profile),
      ...(request.login ? endOfSharing(profile, agent, context) : []),
    ],
  });
  return {
    frames: delivery.frames,
    notices: [...resolution.notices, ...delivery.notices],
    brokered: keptSecrets(resolution.credentials),
    secrets: resolution.credentials.flatMap((one) =>
      one.delivery === 'kept' ? [] : [{ name: one.name, value: one.value }],
    ),
  };
}

/** The variables of a project file, to go before all others, which win over them, without those that the box itself sets (`own`). Pure. */
export function projectFrames(
  env: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): readonly Frame[] {
  return Object.entries(env)
    .filter(([name]) => !Object.hasOwn(own, name))
    .map(([name, value]): Frame => ({ op: 'env', name, value }));
}

/** The variables of a profile, its env_file and the flags, kept apart because the later ones win. */
export async function boxEnv(
  context: Context,
  profile: Profile,
  flags: Readonly<Record<string, string>>,
): Promise<BoxEnv> {
  if (profile.envFile === undefined) return { file: {}, profile: profile.env, flags };
  const { readEnvFile } = await import('../config/readEnvFile.ts');
  return { file: await readEnvFile(profile.envFile, context.caller.uid), profile: profile.env, flags };
}
