import { canonicalAddress, covers } from './address.ts';
import { checkHost } from './host.ts';
import type { Answer, Policy, Refusal, Rule, Target } from './policy.ts';
import { carriedIn, refusedAs } from './refusedAddress.ts';

/** What a box wants to reach. */
export interface Wanted {
  /** A name or an address, in any spelling. */
  readonly host: string;
  readonly port: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The ports of a rule that allows and names none. */
export const USUAL_PORTS: readonly number[] = [443, 80];

/**
 * The answer before a name is resolved: what it denies is not looked up. For an address it is the whole answer.
 * `live` are the rules that were added while the box runs. Pure.
 */
export function evaluateName(policy: Policy, live: readonly Rule[], { host, port, now }: Wanted): Answer {
  const checked = checkHost(host);
  if (checked === undefined) return denied('bad-name');
  const rules = rulesAt(policy, live, port, now);
  return checked.kind === 'address' ? answerAddress(rules, checked.host) : answerName(rules, checked.host);
}

/**
 * The answer for one address that a host has been resolved to; for an address as host, that address. What it allows may be
 * dialled. Pure.
 */
export function evaluateAddress(
  policy: Policy,
  live: readonly Rule[],
  { host, port, now, address }: Wanted & { readonly address: string },
): Answer {
  const checked = checkHost(host);
  const canonical = canonicalAddress(address);
  if (checked === undefined) return denied('bad-name');
  const isOther = checked.kind === 'address' && checked.host !== canonical;
  if (canonical === undefined || isOther) return denied('refused-address');
  const rules = rulesAt(policy, live, port, now);
  if (checked.kind === 'address') return answerAddress(rules, canonical);
  const name = answerName(rules, checked.host);
  if (name.verdict === 'deny') return name;
  return refusalOf(rules, canonical) ?? name;
}

function answerName(rules: readonly Rule[], host: string): Answer {
  const named = rules.filter(({ target }) => coversName(target, host));
  const deny = mostSpecific(named, 'deny');
  if (deny !== undefined) return denied('denied', deny);
  const allow = mostSpecific(named, 'allow');
  return allow === undefined ? denied('not-allowed') : { verdict: 'allow', rule: allow };
}

function answerAddress(rules: readonly Rule[], address: string): Answer {
  const allow = mostSpecific(matching(rules, [address]), 'allow');
  return refusalOf(rules, address) ?? (allow === undefined ? denied('not-allowed') : { verdict: 'allow', rule: allow });
}

/** Why an address must not be dialled, whatever allows its name; undefined when nothing speaks against it. */
function refusalOf(rules: readonly Rule[], address: string): Answer | undefined {
  const meant = [address, ...carriedIn(address)];
  const isOpen = (one: string) =>
    refusedAs(one) === undefined ||
    rules.some(({ verdict, target }) => verdict === 'allow' && target.kind === 'range' && covers(target, one));
  if (!meant.every(isOpen)) return denied('refused-address');
  const deny =
    mostSpecific(matching(rules, meant), 'deny') ??
    rules.find(({ verdict, target }) => verdict === 'deny' && target.kind === 'any');
  return deny && denied('denied', deny);
}

/** The rules that name one of the addresses. */
function matching(rules: readonly Rule[], addresses: readonly string[]): readonly Rule[] {
  return rules.filter(({ target }) =>
    addresses.some(
      (one) => (target.kind === 'range' && covers(target, one)) || (target.kind === 'host' && target.host === one),
    ),
  );
}

function rulesAt(policy: Policy, live: readonly Rule[], port: number, now: number): readonly Rule[] {
  return [...live, ...policy.rules].filter(
    ({ verdict, target, until }) =>
      (until === undefined || now < until) &&
      // A rule that denies and names no port is meant for all of them.
      (target.ports ?? (verdict === 'deny' ? [port] : USUAL_PORTS)).includes(port),
  );
}

function coversName(target: Target, host: string): boolean {
  switch (target.kind) {
    case 'host':
      return target.host === host;
    case 'below':
      return host.endsWith(`.${target.domain}`);
    case 'any':
      return true;
    case 'range':
      return false;
  }
}

/** Of those with a verdict the one that says most; of equals the first, so that live rules come before the box's own. */
function mostSpecific(rules: readonly Rule[], verdict: Rule['verdict']): Rule | undefined {
  return rules
    .filter((rule) => rule.verdict === verdict)
    .reduce<Rule | undefined>(
      (best, rule) => (best === undefined || isMoreSpecific(rule.target, best.target) ? rule : best),
      undefined,
    );
}

function isMoreSpecific(a: Target, b: Target): boolean {
  const [sizeA, sizeB] = [size(a), size(b)];
  return sizeA === sizeB ? a.ports !== undefined && b.ports === undefined : sizeA > sizeB;
}

/** Grows as a rule covers less; comparable between rules that cover the same name or the same address. */
function size(target: Target): number {
  switch (target.kind) {
    case 'host':
      return 256;
    case 'below':
      return target.domain.length;
    case 'range':
      return target.prefix;
    case 'any':
      return -1;
  }
}

function denied(reason: Refusal, rule?: Rule): Answer {
  return { verdict: 'deny', reason, rule };
}
