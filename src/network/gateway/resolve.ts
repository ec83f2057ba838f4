import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Refused } from './refuse.ts';
import type { Slots } from './slots.ts';

/** How a box's names are resolved. */
export interface Names {
  readonly hosts: Readonly<Record<string, string>>;
  /** Name servers; empty: the system's resolver. */
  readonly dns: readonly string[];
  /** The box's share of look-ups: the system's resolver has few threads for all. */
  readonly slots: Slots;
}

/** Milliseconds that an answer counts, so that many connections to a host ask once; each address is checked anew each time. */
const KEPT = 5_000;
const KEPT_COUNT = 2_000;

/** Resolves names for all boxes. */
export class Resolution {
  private readonly known = new Map<
    string,
    { readonly addresses: Promise<readonly string[]>; readonly until: number }
  >();
  private readonly limitMs: number;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  /** All addresses of a host, IPv4 first; an address is its own. Throws Refused: unresolved or timeout. */
  async addresses(host: string, { hosts, dns, slots }: Names): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    const own = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
    if (own !== undefined) return [own];
    const key = [host, ...dns].join(' ');
    const now = performance.now();
    const before = this.known.get(key);
    if (before !== undefined && now < before.until) return before.addresses;
    const addresses = this.limited(host, () => slots.run(() => ask(host, dns, this.limitMs)));
    if (this.known.size >= KEPT_COUNT) this.known.clear();
    this.known.set(key, { addresses, until: now + this.limitMs + KEPT });
    const keep = (until: number) => {
      if (this.known.get(key)?.addresses === addresses) this.known.set(key, { addresses, until });
    };
    addresses.then(
      () => keep(performance.now() + KEPT),
      () => keep(0),
    );
    return addresses;
  }

  private async limited(host: string, task: () => Promise<readonly string[]>): Promise<readonly string[]> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Refused('timeout', { host, detail: 'No name server answered.' })),
        this.limitMs,
      );
    });
    try {
      return await Promise.race([task(), late]);
    } catch (error) {
      throw error instanceof Refused ? error : new Refused('unresolved', { host });
    } finally {
      clearTimeout(timer);
    }
  }
}

async function ask(host: string, dns: readonly string[], limitMs: number): Promise<readonly string[]> {
  if (dns.length === 0) {
    const found = await lookup(host, { all: true, verbatim: true });
    return found.sort((a, b) => a.family - b.family).map(({ address }) => address);
  }
  const resolver = new Resolver({ timeout: Math.ceil(limitMs / 4), tries: 2 });
  resolver.setServers(dns);
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  if (v4.status === 'rejected' && v6.status === 'rejected') throw v4.reason;
  return [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
