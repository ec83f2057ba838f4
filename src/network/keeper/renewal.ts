import type { KeptBox } from './keptState.ts';
import type { KeptSecret } from './protocol.ts';

/** How soon one source may be asked again, and how often at the least; milliseconds. */
const SOONEST = 30_000;
const LATEST = 30 * 60_000;
/** So long before its end a value is renewed. */
const AHEAD = 2 * 60_000;

type Renew = NonNullable<KeptSecret['renew']>;
/** What a newer value changes of a secret. */
export type Renewed = Pick<KeptSecret, 'value' | 'expires' | 'sign'>;

/** What renewal needs of its keeper. */
export interface RenewalDeps {
  readonly boxes: Map<string, KeptBox>;
  readonly now: () => number;
  /** Asks a source; throws when it gives nothing. */
  readonly read: (renew: Renew, secret: KeptSecret) => Promise<Renewed>;
  /** Boxes have newer values: the gateway is to be told. */
  readonly changed: () => void;
  readonly log: (text: string) => void;
}

/** Keeps short-lived secrets fresh. */
export interface Renewal {
  /** Asks the sources whose time has come; to be called often. */
  check(): void;
  /** A host did not take the secret of a box. */
  rejected(box: string, name: string): void;
}

interface Source {
  asked: number;
  /** Milliseconds that it is left alone; grows while asking does not help. */
  pause: number;
  rejected: boolean;
  busy: boolean;
}

/** One source is asked once for all boxes that have its secret. */
export function renewal(deps: RenewalDeps): Renewal {
  const sources = new Map<string, Source>();

  const sourceOf = (renew: Renew) => {
    const key = JSON.stringify(renew);
    const source = sources.get(key) ?? { asked: deps.now(), pause: SOONEST, rejected: false, busy: false };
    sources.set(key, source);
    return source;
  };

  const ask = async (renew: Renew, secret: KeptSecret, source: Source) => {
    source.busy = true;
    const wasRejected = source.rejected;
    source.asked = deps.now();
    source.rejected = false;
    try {
      const fresh = await deps.read(renew, secret);
      const helped = fresh.value !== secret.value || !wasRejected;
      source.pause = helped ? SOONEST : Math.min(LATEST, source.pause * 2);
      if (replace(deps.boxes, renew, fresh)) {
        deps.log(`${secret.name} was renewed`);
        deps.changed();
      }
    } catch (error) {
      source.pause = Math.min(LATEST, source.pause * 2);
      deps.log(`${secret.name} was not renewed: ${error instanceof Error ? error.message : error}`);
    } finally {
      source.busy = false;
    }
  };

  const check = () => {
    const used = new Set<string>();
    for (const box of deps.boxes.values()) {
      for (const secret of box.brokered) {
        const { renew } = secret;
        if (renew === undefined) continue;
        used.add(JSON.stringify(renew));
        const source = sourceOf(renew);
        const age = deps.now() - source.asked;
        if (source.busy || age < source.pause) continue;
        if (source.rejected || ends(secret, deps.now()) || ('command' in renew && age >= LATEST)) {
          void ask(renew, secret, source);
        }
      }
    }
    for (const key of sources.keys()) if (!used.has(key)) sources.delete(key);
  };

  return {
    check,
    rejected(box, name) {
      const secret = deps.boxes.get(box)?.brokered.find((one) => one.name === name);
      if (secret?.renew === undefined) return;
      sourceOf(secret.renew).rejected = true;
      check();
    },
  };
}

const ends = ({ expires }: KeptSecret, now: number) => expires !== undefined && expires - now < AHEAD;

/** Puts the newer value in wherever it comes from that source; true when that changed anything. */
function replace(boxes: Map<string, KeptBox>, renew: Renew, fresh: Renewed): boolean {
  const key = JSON.stringify(renew);
  let changed = false;
  for (const box of boxes.values()) {
    const brokered = box.brokered.map((secret) => {
      if (JSON.stringify(secret.renew) !== key) return secret;
      changed ||= secret.value !== fresh.value;
      return { ...secret, expires: undefined, ...fresh };
    });
    boxes.set(box.name, { ...box, brokered });
  }
  return changed;
}
