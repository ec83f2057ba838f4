import { createHmac } from 'node:crypto';
import type { Authority } from '../network/gateway/authority.ts';
import { evaluateName } from '../network/policy/evaluate.ts';
import type { Rule } from '../network/policy/policy.ts';

/** `[@marker] names type key [comment]` */
const LINE = /^(?:(@cert-authority|@revoked)\s+)?([^#@\s]\S*)\s+([a-z][a-z0-9@.-]*)\s+([a-z0-9+/]+={0,2})(?:\s|$)/i;
const SSH = 22;

/**
 * Of a file known_hosts what tells of hosts that the rules let ssh reach: those of a rule that names the port. Other names of a
 * line and its comment are taken out, and a pattern is narrowed to what a rule covers. A hashed name is known only by a rule for
 * exactly that host. Pure.
 */
export function hostKeys(text: string, rules: readonly Rule[]): string {
  const ported = rules.filter(({ verdict, target }) => verdict === 'deny' || target.ports !== undefined);
  const exact = ported.flatMap(exactly).filter((place) => isAllowed(ported, place));
  return text
    .split('\n')
    .map((line) => {
      const [, marker, names = '', type, key] = LINE.exec(line.trim()) ?? [];
      const kept = keptNames(names.split(','), ported, exact);
      const parts = [...(marker === undefined ? [] : [marker]), kept.join(','), type, key];
      return kept.length === 0 ? '' : `${parts.join(' ')}\n`;
    })
    .join('');
}

function keptNames(names: readonly string[], rules: readonly Rule[], exact: readonly Authority[]): readonly string[] {
  const not = names.filter((name) => name.startsWith('!')).map((name) => matcher(name.slice(1)));
  const kept = names.flatMap((name) => {
    if (name.startsWith('|')) return exact.some((place) => isHashOf(name, written(place))) ? [name] : [];
    if (name === '' || name.startsWith('!')) return [];
    const lower = name.toLowerCase();
    const place = placeOf(lower);
    if (!/[*?]/.test(lower)) return place !== undefined && isAllowed(rules, place) ? [lower] : [];
    const matches = matcher(lower);
    // What is left out of a pattern is the name of a host as well, so it is left out here and not there.
    return [...exact.map(written).filter(matches), ...(not.length > 0 ? [] : narrowed(lower, rules))];
  });
  return [...new Set(kept)].filter((name) => !not.some((matches) => matches(name)));
}

function isAllowed(rules: readonly Rule[], place: Authority): boolean {
  return evaluateName({ rules }, [], { ...place, now: 0 }).verdict === 'allow';
}

/** The hosts that a rule names one by one. */
function exactly({ verdict, target }: Rule): readonly Authority[] {
  const host = target.kind === 'host' ? target.host : target.kind === 'range' ? alone(target) : undefined;
  return verdict === 'deny' || host === undefined ? [] : (target.ports ?? []).map((port) => ({ host, port }));
}

const alone = ({ address, prefix }: { readonly address: string; readonly prefix: number }) =>
  prefix === (address.includes(':') ? 128 : 32) ? address : undefined;

/** The part of a pattern that rules for domains cover, as far as a pattern says it. */
function narrowed(pattern: string, rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ verdict, target }) => {
    if (verdict === 'deny' || (target.kind !== 'below' && target.kind !== 'any')) return [];
    const tail = target.kind === 'any' ? '' : `.${target.domain}`;
    return (target.ports ?? []).flatMap((port) => {
      const place = pattern === '*' ? { host: pattern, port } : placeOf(pattern);
      if (place?.port !== port) return [];
      const end = /[^*?]*$/.exec(place.host)?.[0] ?? '';
      if (end.endsWith(tail)) return [written(place)];
      return place.host === `*${end}` && tail.endsWith(end) ? [written({ host: `*${tail}`, port })] : [];
    });
  });
}

const written = ({ host, port }: Authority) => (port === SSH ? host : `[${host}]:${port}`);

function placeOf(name: string): Authority | undefined {
  const [, host, port] = /^\[([^\]]+)\]:(\d{1,5})$/.exec(name) ?? [];
  if (host !== undefined) return { host, port: Number(port) };
  return name.startsWith('[') ? undefined : { host: name, port: SSH };
}

function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.toLowerCase().replace(/[\\^$.|+(){}[\]]/g, '\\$&');
  const whole = new RegExp(`^${parts.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`);
  return (name) => whole.test(name);
}

/** `|1|salt|hash`: the HMAC-SHA1 of the name with the salt as its key, both in base64. */
function isHashOf(hashed: string, name: string): boolean {
  const [, kind, salt = '', hash] = hashed.split('|');
  return kind === '1' && createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
