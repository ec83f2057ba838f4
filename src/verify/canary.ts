import { randomBytes } from 'node:crypto';

/** A secret that is worth nothing, delivered to the box as a client's own would be. */
export interface Canary {
  /** The credential's name, and the variable's. */
  readonly name: string;
  readonly value: string;
}

/** A new one. */
export function makeCanary(): Canary {
  return { name: 'AGENTBOX_VERIFY_CANARY', value: `canary-${randomBytes(18).toString('hex')}` };
}

/** The ways in which it could lie somewhere: as it is, and in base64 at each of its three offsets. Pure. */
export function spellings({ value }: Pick<Canary, 'value'>): readonly string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.from(' '.repeat(offset) + value).toString('base64');
    // The first and the last letters hold bits of what stands beside it.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  return [value, ...base64];
}

/** The same for the box, in a form that brings it nothing to find. Pure. */
export function needles(canary: Pick<Canary, 'value'>): string {
  return spellings(canary)
    .map((text) => Buffer.from(text).toString('hex'))
    .join(',');
}
