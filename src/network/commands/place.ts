import { AGENT_NAMES, agentOf } from '../../agents/index.ts';
import type { NetOptions } from '../../cli/net.ts';
import { NO_FLAGS } from '../../config/flags.ts';
import { profileOf } from '../../config/merge.ts';
import type { Profile } from '../../config/profile.ts';
import type { Context } from '../../context.ts';
import { clientHere } from '../../credentials/clientHere.ts';
import { UserError } from '../../errors.ts';
import { policyOf } from '../../plan/policy.ts';
import { hostRegistries } from '../hostRegistries.ts';
import type { Keeper } from '../keeper/client.ts';
import type { ShownBox } from '../keeper/protocol.ts';
import { reviveKeeper } from '../keeper/revive.ts';
import type { Policy } from '../policy/policy.ts';

/** The client that a command is about, with its settings; of an agent where one is named. */
export async function profileHere(context: Context, options: NetOptions & { agent?: string }): Promise<Profile> {
  const client = await clientHere(context, options.client);
  return profileOf(await context.config(), client, { ...NO_FLAGS, agent: options.agent }, AGENT_NAMES).profile;
}

/** What a box of the client would get if it started now. */
export async function policyHere(context: Context, profile: Profile): Promise<Policy> {
  const registries = await hostRegistries(profile, context);
  return policyOf(profile, agentOf(profile.agent), { login: false, registries });
}

/** The keeper of the client's boxes that run; undefined when none does. Throws UserError('engine'). */
export async function keeperHere(context: Context, profile: Profile, options: NetOptions): Promise<Keeper | undefined> {
  const engine = await context.engine({ flag: options.engine, profile: profile.engine });
  return reviveKeeper(context, profile.client, engine);
}

/** The same, where the configuration alone is worth an answer: `why` says why there is no keeper. */
export async function keeperIfAny(
  context: Context,
  profile: Profile,
  options: NetOptions,
): Promise<{ readonly keeper: Keeper | undefined; readonly why: string }> {
  try {
    return { keeper: await keeperHere(context, profile, options), why: `no box of client ${profile.client} runs` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { keeper: undefined, why: error.message };
  }
}

/** The one box of those that is meant by `text`: its name, its beginning, or its end after a dash. Throws UserError('box'). */
export function boxNamed(boxes: readonly ShownBox[], text: string): ShownBox {
  const exact = boxes.filter(({ name }) => name === text);
  const found = exact.length > 0 ? exact : boxes.filter(({ name }) => isNamed(name, text));
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  const which =
    only === undefined ? `no box ${text} of the client runs` : `${text} could be any of ${found.length} boxes`;
  const next = (only === undefined ? boxes : found).map(({ name }) => name);
  throw new UserError('box', which, { next: next.length === 0 ? ['agentbox ls'] : [`boxes: ${next.join(', ')}`] });
}

/** True when a box of that name may be meant by `text`. Pure. */
export function isNamed(name: string, text: string): boolean {
  return name === text || name.startsWith(text) || name.endsWith(`-${text}`) || name.startsWith(`agentbox-${text}`);
}
