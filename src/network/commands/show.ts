import type { NetOptions } from '../../cli/net.ts';
import type { Context } from '../../context.ts';
import { print, printJson, say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { table } from '../../ui/table.ts';
import { formatSpan } from '../../ui/time.ts';
import type { Replies } from '../keeper/protocol.ts';
import type { Rule } from '../policy/policy.ts';
import { placeOf } from '../ports/forward.ts';
import type { LiveRule } from '../protocol.ts';
import { upstreamOf, withoutLogin } from '../upstream.ts';
import { keeperIfAny, policyHere, profileHere } from './place.ts';

/** One rule as it is shown; `boxes` are those it holds for, undefined: all. */
interface RuleRow extends Pick<Rule, 'verdict' | 'from' | 'until'> {
  readonly rule: string;
  readonly boxes: readonly string[] | undefined;
}

/** Prints what the boxes of a client may reach: those that run, else one that would start now. */
export async function show(context: Context, options: NetOptions & { agent?: string; json?: boolean }): Promise<void> {
  const profile = await profileHere(context, options);
  const { client, agent, network } = profile;
  const { keeper, why } = await keeperIfAny(context, profile, options);
  const shown = await keeper?.ask({ op: 'show' });
  keeper?.close();
  const boxes = shown?.boxes ?? [];
  const planned = (await policyHere(context, profile)).rules.map((rule) => rowOf(rule, undefined));
  const rules = [...(shown?.live ?? []).map(liveRow), ...(boxes.length === 0 ? planned : rowsOfBoxes(boxes))];
  const upstream = upstreamOf(profile.proxy, context.env)?.url;
  const proxy = shown?.upstream ?? (upstream === undefined ? undefined : withoutLogin(upstream));
  const brokered = boxes.flatMap(({ name, brokered: all }) => all.map((one) => ({ box: name, ...one })));
  const forwards =
    boxes.length === 0
      ? Object.values(profile.forward).map(({ boxPort, host, port }) => ({ box: undefined, boxPort, host, port }))
      : boxes.flatMap(({ name, forwards: all = [] }) => all.map((one) => ({ box: name, ...one })));
  const gateway = shown?.gateway ?? 'not running';
  if (options.json) {
    return printJson(context.io, {
      client,
      agent,
      network,
      gateway,
      proxy,
      boxes: boxes.map(({ name }) => name),
      rules,
      brokered,
      forwards,
    });
  }
  const running = boxes.length === 0 ? why : `boxes that run: ${boxes.map(({ name }) => name).join(', ')}`;
  print(context.io, `client ${client}, network ${network}, gateway ${gateway}`);
  print(context.io, boxes.length === 0 ? `what ${agent} may reach when it starts` : running);
  if (proxy !== undefined) {
    print(context.io, `through the proxy ${proxy}, which looks names up: no address is checked`);
  }
  print(context.io, `\n${rulesTable(rules, context.now().getTime())}`);
  if (brokered.length > 0) {
    const lines = brokered.map(({ name, hosts, box }) => [name, hosts.join(', '), box]);
    print(context.io, `\n${table(['BROKERED', 'ONLY FOR', 'BOX'], lines)}`);
  }
  if (forwards.length > 0) {
    const lines = forwards.map(({ boxPort, box, ...to }) => [`127.0.0.1:${boxPort}`, placeOf(to), box ?? 'all']);
    print(context.io, `\n${table(['IN THE BOX', 'LEADS TO', 'BOX'], lines)}`);
  }
  if (boxes.length === 0) say(context.io, why);
  if (network !== 'gateway')
    say(context.io, `network is ${network}, so a box of client ${client} would have no gateway`);
}

function rulesTable(rules: readonly RuleRow[], now: number): string {
  const lines = rules.map(({ verdict, rule, from, until, boxes }) => [
    verdict,
    plain(rule),
    until === undefined ? from : `${from}, for ${formatSpan(until - now)} more`,
    boxes === undefined ? 'all' : boxes.join(', '),
  ]);
  return rules.length === 0 ? 'no rule: nothing may be reached' : table(['VERDICT', 'RULE', 'FROM', 'BOXES'], lines);
}

function rowsOfBoxes(boxes: Replies['show']['boxes']): readonly RuleRow[] {
  const rows = new Map<string, { rule: Rule; names: string[] }>();
  for (const { name, rules } of boxes) {
    for (const rule of rules) {
      const key = JSON.stringify([rule.verdict, rule.text, rule.from]);
      const row = rows.get(key) ?? { rule, names: [] };
      row.names.push(name);
      rows.set(key, row);
    }
  }
  return [...rows.values()].map(({ rule, names }) => rowOf(rule, names.length === boxes.length ? undefined : names));
}

const liveRow = ({ rule, box }: LiveRule) => rowOf(rule, box === undefined ? undefined : [box]);

function rowOf({ verdict, text, from, until }: Rule, boxes: readonly string[] | undefined): RuleRow {
  return { verdict, rule: text, from, until, boxes };
}
