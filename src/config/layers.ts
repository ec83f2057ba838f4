import type { ClientSettings } from './settings.ts';

/** Where a value of a profile comes from. */
export type Origin = 'flag' | 'project' | 'client' | 'defaults' | 'built in';

const STRENGTH: readonly Origin[] = ['flag', 'project', 'client', 'defaults', 'built in'];

/** True when a value of `a` wins over one of `b`. */
export function isStronger(a: Origin = 'built in', b: Origin = 'built in'): boolean {
  return STRENGTH.indexOf(a) < STRENGTH.indexOf(b);
}

/** One layer of settings and its name. */
export interface Layer {
  readonly from: Exclude<Origin, 'project' | 'built in'>;
  readonly settings: ClientSettings;
}

/** Reads layers of settings and notes in `origin`, by the names of config.yaml (`env.NAME`, `mounts[0]`), what came from where. */
export interface Layers {
  readonly origin: Readonly<Record<string, Origin>>;
  /** The strongest layer's value, else the built-in one. */
  first<T, B>(name: string, read: (settings: ClientSettings) => T | undefined, builtIn: B): T | B;
  /** All layers' entries; of two with the same name the stronger layer's. */
  entries<T>(
    name: string,
    read: (settings: ClientSettings) => Readonly<Record<string, T>> | undefined,
  ): Record<string, T>;
  /** All layers' items, the weakest layer's first. */
  all<T>(name: string, read: (settings: ClientSettings) => readonly T[] | undefined): T[];
}

/** Layers, strongest first. */
export function layersOf(layers: readonly Layer[]): Layers {
  const origin: Record<string, Origin> = {};
  const weakestFirst = layers.toReversed();
  return {
    origin,
    first(name, read, builtIn) {
      for (const { from, settings } of layers) {
        const value = read(settings);
        if (value === undefined) continue;
        origin[name] = from;
        return value;
      }
      origin[name] = 'built in';
      return builtIn;
    },
    entries(name, read) {
      return Object.fromEntries(
        weakestFirst.flatMap(({ from, settings }) => {
          const own = Object.entries(read(settings) ?? {});
          for (const [key] of own) origin[`${name}.${key}`] = from;
          return own;
        }),
      );
    },
    all(name, read) {
      const items = weakestFirst.flatMap(({ from, settings }) =>
        (read(settings) ?? []).map((item) => ({ from, item })),
      );
      for (const [index, { from }] of items.entries()) origin[`${name}[${index}]`] = from;
      return items.map(({ item }) => item);
    },
  };
}
