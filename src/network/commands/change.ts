import type { NetOptions } from '../../cli/net.ts';
import { addRules } from '../../config/edit.ts';
import type { Profile } from '../../config/profile.ts';
import type { Context } from '../../context.ts';
import { UsageError, UserError } from '../../errors.ts';
import { say } from '../../ui/io.ts';
import { formatSpan, parseDuration } from '../../ui/time.ts';
import { hostRegistries } from '../hostRegistries.ts';
import type { Keeper } from '../keeper/client.ts';
import { isAny, rulesOf } from '../policy/parse.ts';
import type { Rule, Verdict } from '../policy/policy.ts';
import { boxNamed, keeperHere, keeperIfAny, profileHere } from './place.ts';

/** The flags of `agentbox net allow` and `net deny`. */
export interface ChangeOptions extends NetOptions {
  readonly for?: string;
  readonly box?: string;
  readonly save?: boolean;
}

/**
 * Adds rules to the boxes of a client that run, acknowledged by their gateway when this returns, and with `save` to
 * config.yaml. Throws UserError('box') when there is neither a box nor `save`.
 */
export async function change(
  context: Context,
  verdict: Verdict,
  texts: readonly string[],
  options: ChangeOptions,
): Promise<void> {
  if (options.save && (options.for !== undefined || options.box !== undefined)) {
    throw new UsageError('--save goes with neither --for nor --box: what is saved holds for every box of the client');
  }
  const span = options.for === undefined ? undefined : parseDuration(options.for, '--for');
  const profile = await profileHere(context, options);
  const { client } = profile;
  refuseAny(profile, verdict, texts);
  const until = span === undefined ? undefined : context.now().getTime() + span;
  const named = texts.map((text) => ({ text, from: '' }));
  const registries = await hostRegistries({ allow: named, deny: [] }, context);
  const rules = texts
    .flatMap((text) => rulesOf(text, { verdict, from: `net ${verdict}` }, registries))
    .map((rule): Rule => ({ ...rule, until }));
  const keeper = options.save
    ? (await keeperIfAny(context, profile, options)).keeper
    : await keeperHere(context, profile, options);
  const changed = keeper === undefined ? 0 : await tell(keeper, rules, options.box);
  if (changed === 0 && !options.save) throw nothingRuns(client, verdict, texts);
  const done = verdict === 'allow' ? 'allowed' : 'denied';
  if (changed > 0) {
    const time = span === undefined ? '' : ` for ${formatSpan(span)}`;
    say(context.io, `${done}${time} in ${changed} running ${changed === 1 ? 'box' : 'boxes'}: ${texts.join(', ')}`);
  }
  if (!options.save) return;
  await addRules(context.paths, client, verdict, texts);
  say(context.io, `${done} for client ${client} in ${context.paths.configFile}: ${texts.join(', ')}`);
}

/** Takes live rules back, by their words. */
export async function forget(
  context: Context,
  texts: readonly string[],
  options: NetOptions & { readonly box?: string },
): Promise<void> {
  const profile = await profileHere(context, options);
  const keeper = await keeperHere(context, profile, options);
  if (keeper === undefined)
    return say(context.io, `no box of client ${profile.client} runs, so nothing is to be forgotten`);
  try {
    const { boxes } = await keeper.ask({ op: 'show' });
    const box = options.box === undefined ? undefined : boxNamed(boxes, options.box).name;
    for (const text of texts) {
      const { removed } = await keeper.ask({ op: 'forget', text, box });
      if (removed === 0) throw noSuchRule(profile.client, text);
      say(context.io, `forgotten: ${text}`);
    }
  } finally {
    keeper.close();
  }
}

/** Gives how many boxes have the rules now. */
async function tell(keeper: Keeper, rules: readonly Rule[], named: string | undefined): Promise<number> {
  try {
    const { boxes } = await keeper.ask({ op: 'show' });
    if (boxes.length === 0) return 0;
    const box = named === undefined ? undefined : boxNamed(boxes, named).name;
    for (const rule of rules) await keeper.ask({ op: rule.verdict, rule, box });
    return box === undefined ? boxes.length : 1;
  } finally {
    keeper.close();
  }
}

function refuseAny({ allowAny }: Profile, verdict: Verdict, texts: readonly string[]): void {
  if (verdict === 'deny' || allowAny || !texts.some(isAny)) return;
  throw new UserError('config', 'the rule * lets the boxes reach every name', {
    why: 'what is in a box can then go anywhere, so it needs a word of its own',
    next: ['agentbox run --allow-any …', 'or allow_any: true in the configuration'],
  });
}

function nothingRuns(client: string, verdict: Verdict, texts: readonly string[]): UserError {
  return new UserError('box', `no box of client ${client} with a gateway runs`, {
    next: [
      `agentbox net ${verdict} --client ${client} --save ${texts.join(' ')}   (for the boxes to come)`,
      `agentbox run --client ${client} --${verdict} ${texts[0]} …`,
    ],
  });
}

function noSuchRule(client: string, text: string): UserError {
  return new UserError('box', `nobody said ${text} to the running boxes of client ${client}`, {
    next: [`agentbox net show --client ${client}`],
  });
}
