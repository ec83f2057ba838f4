import { suggestion } from '../../config/names.ts';
import { UserError } from '../../errors.ts';
import { canonicalAddress, networkOf } from './address.ts';
import { checkHost } from './host.ts';
import type { Rule, Target, Verdict } from './policy.ts';
import { PRESET_NAMES, PRESETS } from './presets.ts';

/** Whose rule it is, and what it says of what it covers. */
export interface RuleOrigin {
  readonly verdict: Verdict;
  /** For people: `claude`, `preset npm`, `config`, `--allow`, `net allow`. */
  readonly from: string;
}

/** By preset: further rules, for what this machine is set up to use. */
export type Registries = Readonly<Record<string, readonly string[]>>;

/** Longer than any rule can be. */
const LONGEST = 300;
/** A rule that opens more than this opens everything, and the box's own network first of all. */
const WIDEST = { v4: 8, v6: 7 };

/** The rule of a text such as `host`, `*.domain:8443`, `10.0.0.0/8`, `[fd00::1]:22` or `*`. Throws UserError('config'). Pure. */
export function parseRule(text: string, { verdict, from }: RuleOrigin): Rule {
  const target = read(text.trim(), verdict);
  if (typeof target !== 'string') return { verdict, target, text: text.trim(), from };
  throw new UserError('config', `"${shown(text)}" ${target} (${from})`, {
    next: [`agentbox run --${verdict} example.com:8443 …`, `presets: ${PRESET_NAMES.join(', ')}`],
  });
}

/** The rules of a text that may also be a preset's name. Throws UserError('config'). Pure. */
export function rulesOf(text: string, origin: RuleOrigin, registries: Registries): readonly Rule[] {
  const preset = PRESETS.find(({ name }) => name === text.trim());
  if (preset === undefined) return [parseRule(text, origin)];
  const from = `preset ${preset.name}`;
  const texts = new Set([...preset.rules, ...(registries[preset.name] ?? [])]);
  return [...texts].map((rule) => parseRule(rule, { verdict: origin.verdict, from }));
}

/** What is wrong with a text that should be a rule or a preset, as the end of a sentence about it; undefined when it is one. Pure. */
export function ruleProblem(text: string, verdict: Verdict): string | undefined {
  if (PRESET_NAMES.includes(text.trim())) return undefined;
  const target = read(text.trim(), verdict);
  return typeof target === 'string' ? target : undefined;
}

/** True for a rule that covers every name. Pure. */
export function isAny(text: string): boolean {
  const target = read(text.trim(), 'allow');
  return typeof target !== 'string' && target.kind === 'any';
}

function read(text: string, verdict: Verdict): Target | string {
  if (text === '') return 'is empty';
  if (text.length > LONGEST) return `is longer than ${LONGEST} characters`;
  const parts = split(text);
  if (parts === undefined) return reasonOf(text);
  const { host, prefix, port } = parts;
  if (port !== undefined && (port < 1 || port > 65_535)) return 'names a port that is not between 1 and 65535';
  const ports = port === undefined ? undefined : [port];
  if (host === '*') return prefix === undefined ? { kind: 'any', ports } : reasonOf(text);
  const isBelow = host.startsWith('*.');
  const checked = checkHost(isBelow ? host.slice(2) : host);
  if (checked === undefined || (isBelow && checked.kind === 'address')) return reasonOf(text);
  if (checked.kind === 'address') return rangeOf(checked.host, prefix, ports, verdict);
  if (prefix !== undefined) return reasonOf(text);
  if (isBelow) return { kind: 'below', domain: checked.host, ports };
  if (port !== undefined || checked.host.includes('.')) return { kind: 'host', host: checked.host, ports };
  return `is no preset, ${suggestion(checked.host, PRESET_NAMES)} (a host without a dot needs its port: ${checked.host}:443)`;
}

/** `host`, `host:port`, `address/prefix`, `[address/prefix]:port`; an IPv6 address without brackets has no port. */
function split(text: string): { host: string; prefix: number | undefined; port: number | undefined } | undefined {
  const isBareV6 = !text.startsWith('[') && text.split(':').length > 2;
  const outer = isBareV6 ? ['', text] : /^(?:\[(?=[^\]]*:)([^[\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (outer === null) return undefined;
  const inner = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(outer[1] ?? outer[2] ?? '');
  if (inner === null) return undefined;
  return { host: inner[1] ?? '', prefix: numberOf(inner[2]), port: numberOf(outer[3]) };
}

const numberOf = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));

function rangeOf(
  address: string,
  prefix: number | undefined,
  ports: readonly number[] | undefined,
  verdict: Verdict,
): Target | string {
  const isV6 = address.includes(':');
  const full = isV6 ? 128 : 32;
  if (prefix !== undefined && prefix > full) return `has a prefix that is longer than ${full}`;
  const length = prefix ?? full;
  const network = networkOf(address, length);
  if (network !== address) return `is no range, did you mean ${network}/${length}?`;
  const widest = isV6 ? WIDEST.v6 : WIDEST.v4;
  if (verdict === 'allow' && length < widest) return `is too wide a range, at most /${widest} (* is every name)`;
  return { kind: 'range', address, prefix: length, ports };
}

/** Why it is neither a host nor a range, and what was likely meant. */
function reasonOf(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || text.includes('@');
  if (url) return 'is no rule, which is a host alone, such as example.com or example.com:8443';
  if (text.includes('*')) return 'is no rule: * stands alone, or at the beginning as in *.example.com';
  const ascii = /\P{ASCII}/u.test(text) ? asciiOf(text) : undefined;
  if (ascii !== undefined) return `is no rule: write it as ${ascii}`;
  if (text.includes('/')) return 'is no rule: a range is written as 10.0.0.0/8 or fd00::/8, and a host has no path';
  return 'is no rule: neither the name of a host, nor an address or range in its usual form';
}

function asciiOf(text: string): string | undefined {
  const address = `https://${text}/`;
  const name = URL.canParse(address) ? new URL(address).hostname : undefined;
  return name === undefined || canonicalAddress(name) !== undefined ? undefined : name;
}

/** A text that may be anything, fit for a terminal, and without what stands where a password would. Pure. */
export function shown(text: string): string {
  const printable = text.slice(0, 80).replace(/[^\x21-\x7e]/g, '?');
  return printable.replace(/^.*@/, '…@');
}
