import type { Podman } from './command.ts';

/** One row of `podman stats --format json`; older ones spell their sizes. */
interface Row {
  readonly id?: string;
  readonly mem_usage?: string;
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  ...{ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 },
};

/** See Engine.memory; rootless podman on cgroup v1 tells nothing. */
export async function memoryOf(podman: Podman, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const { code, stdout } = await podman.try(['stats', '--no-stream', '--no-reset', '--format=json', ...ids]);
  if (code !== 0) return new Map();
  const known = (JSON.parse(stdout) as readonly Row[]).flatMap(({ id = '', mem_usage = '' }) => {
    const whole = ids.find((one) => id !== '' && one.startsWith(id));
    const used = bytesOf(mem_usage);
    return whole === undefined || used === undefined ? [] : [[whole, used] as const];
  });
  return new Map(known);
}

/** The bytes of `12.5MB / 4GB`, the first of them; undefined for anything else. Pure. */
export function bytesOf(text: string): number | undefined {
  const [, number = '', unit = ''] = /^([0-9.]+)\s*([A-Za-z]+)/.exec(text) ?? [];
  const factor = UNITS[unit];
  return factor === undefined || number === '' ? undefined : Math.round(Number(number) * factor);
}
