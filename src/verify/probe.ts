/** The guarantees that probes are grouped by. */
export type Group = 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6' | 'G7' | 'G8';

/** Something that is tried in the box: an operation of images/verify and its arguments, bytes as latin1. */
interface Attack {
  readonly op: string;
  readonly args: readonly string[];
}

/** What a probe must see to be green. */
export type Expectation =
  /** An attack that must not succeed. */
  | { readonly kind: 'fails' }
  /** A control: without it, a box in which nothing works at all would look safe. */
  | { readonly kind: 'works' }
  /** What is seen is checked; the check says in words what is wrong. */
  | { readonly kind: 'shows'; readonly check: (seen: string) => string | undefined }
  /** The gateway must refuse, and for one of these reasons: to try it and fail would be something else. */
  | { readonly kind: 'blocked'; readonly reasons: readonly string[] }
  /** A control: by way of the gateway this must come back. */
  | { readonly kind: 'answers'; readonly text: string }
  /** A tunnel opens, but what follows in it is not answered by anything but an alert of TLS. */
  | { readonly kind: 'stops' };

/** One row of `agentbox verify`. */
export interface Probe {
  readonly id: string;
  readonly group: Group;
  /** What is tried, in a few words. */
  readonly title: string;
  readonly expect: Expectation;
  /** Absent: the host looks by itself. */
  readonly attack?: Attack;
  /** Why it does not apply on this machine. */
  readonly skip?: string | undefined;
  /** Why this version cannot hold it yet; told, and not counted. */
  readonly later?: string | undefined;
}

/** What came of a probe. `done`: it succeeded; `refused`: it did not; `error`: it cannot be told. */
export interface Observation {
  readonly outcome: 'done' | 'refused' | 'error';
  readonly seen: string;
  /** What was answered over the network, as latin1, and what after the next thing that was said. */
  readonly reply?: string;
  readonly after?: string;
}

/** A probe of an attack in the box. */
export function attack(
  group: Group,
  id: string,
  title: string,
  [op, ...args]: readonly [string, ...string[]],
  expect: Expectation = { kind: 'fails' },
  skip?: string,
): Probe {
  return { group, id, title, attack: { op, args }, expect, skip };
}

/** The control of a group: something that must work in the box. */
export function control(group: Group, id: string, title: string, tried: readonly [string, ...string[]]): Probe {
  return attack(group, id, title, tried, { kind: 'works' });
}
