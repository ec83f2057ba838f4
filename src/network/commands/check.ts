import { lookup } from 'node:dns/promises';
import { agentOf } from '../../agents/index.ts';
import type { NetOptions } from '../../cli/net.ts';
import type { Profile } from '../../config/profile.ts';
import type { Context } from '../../context.ts';
import { UsageError } from '../../errors.ts';
import { printJson, say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { evaluateAddress, evaluateName } from '../policy/evaluate.ts';
import { checkHost } from '../policy/host.ts';
import { nearestRule } from '../policy/nearestRule.ts';
import type { Answer, Policy, Rule } from '../policy/policy.ts';
import { upstreamOf } from '../upstream.ts';
import { boxNamed, keeperIfAny, policyHere, profileHere } from './place.ts';
import { refusalWords } from './words.ts';

/** The flags of `agentbox net check`. */
export interface CheckOptions extends NetOptions {
  readonly agent?: string;
  readonly box?: string;
  readonly json?: boolean;
}

const LOOKUP_LIMIT = 5000;

/** Prints the verdict on `host[:port]` with the rule that decides; gives 0 when it may be reached, 1 when not. */
export async function check(context: Context, text: string, options: CheckOptions): Promise<number> {
  const { host, port } = hostAndPort(text);
  const profile = await profileHere(context, options);
  const { policy, live, where } = await rulesHere(context, profile, options);
  const wanted = { host, port, now: context.now().getTime() };
  const name = evaluateName(policy, live, wanted);
  const direct = upstreamOf(profile.proxy, context.env) === undefined;
  const found = name.verdict === 'allow' && direct ? await addressesOf(host) : [];
  const addresses = (found ?? []).map((address) => ({
    address,
    ...evaluateAddress(policy, live, { ...wanted, address }),
  }));
  const open = addresses.filter(({ verdict }) => verdict === 'allow');
  const answer: Answer = open.length > 0 || addresses.length === 0 ? name : (addresses[0] ?? name);
  const code = answer.verdict === 'allow' ? 0 : 1;
  if (options.json) {
    printJson(context.io, {
      host,
      port,
      ...shown(answer),
      where,
      addresses: addresses.map((one) => ({ address: one.address, ...shown(one) })),
    });
    return code;
  }
  context.io.out.write(
    `${answer.verdict === 'allow' ? 'allowed' : 'denied'}  ${plain(host)}:${port}  ${words(answer)}\n`,
  );
  for (const one of addresses) {
    context.io.out.write(`  ${one.verdict === 'allow' ? 'allowed' : 'denied'}  ${one.address}  ${words(one)}\n`);
  }
  say(context.io, `by the rules of ${where}`);
  if (!direct) say(context.io, 'the company’s proxy looks the name up, so nothing is said of its address');
  if (found === undefined) say(context.io, 'this machine does not know the name, so nothing is said of its address');
  if (answer.verdict === 'deny' && (answer.reason === 'not-allowed' || answer.reason === 'refused-address')) {
    // What is refused for its address is opened by a rule for that alone.
    const refused = answer.reason === 'refused-address' ? addresses[0]?.address : undefined;
    const rule = nearestRule(refused ?? checkHost(host)?.host ?? host, port);
    say(context.io, `to allow: agentbox net allow --client ${profile.client} --save ${rule}`);
  }
  return code;
}

async function rulesHere(
  context: Context,
  profile: Profile,
  options: CheckOptions,
): Promise<{ policy: Policy; live: readonly Rule[]; where: string }> {
  const { keeper, why } = await keeperIfAny(context, profile, options);
  const shown = await keeper?.ask({ op: 'show' });
  keeper?.close();
  const box = options.box === undefined ? undefined : boxNamed(shown?.boxes ?? [], options.box);
  const live = (shown?.live ?? []).filter((one) => one.box === undefined || one.box === box?.name);
  const agent = agentOf(profile.agent).name;
  return {
    policy: box === undefined ? await policyHere(context, profile) : { rules: box.rules },
    live: live.map(({ rule }) => rule),
    where:
      box === undefined ? `${agent} of client ${profile.client}${shown === undefined ? ` (${why})` : ''}` : box.name,
  };
}

/** `host`, `host:port`, `[address]:port` or an IPv6 address without brackets. */
function hostAndPort(text: string): { host: string; port: number } {
  const [, bracketed, name, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? name ?? text;
  const port = Number(digits ?? 443);
  if (host !== '' && port > 0 && port < 65_536) return { host, port };
  throw new UsageError(`${plain(text)} is no host`, ['agentbox net check example.com:443']);
}

async function addressesOf(host: string): Promise<readonly string[] | undefined> {
  const bare = checkHost(host)?.host ?? host;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LOOKUP_LIMIT);
  });
  const found = lookup(bare, { all: true }).then(
    (list) => [...new Set(list.map(({ address }) => address))],
    () => undefined,
  );
  const addresses = await Promise.race([found, late]);
  clearTimeout(timer);
  return addresses;
}

function words(answer: Answer): string {
  const rule = answer.rule === undefined ? '' : `${answer.rule.text} (${answer.rule.from})`;
  if (answer.verdict === 'allow') return `by ${rule}`;
  return [refusalWords(answer.reason), rule].filter((part) => part !== '').join(': ');
}

function shown(answer: Answer) {
  const { verdict, rule } = answer;
  return {
    verdict,
    ...(answer.verdict === 'deny' ? { reason: answer.reason } : {}),
    ...(rule === undefined ? {} : { rule: rule.text, from: rule.from }),
  };
}
