import type { DockerClient } from './client.ts';

/** What is read of a box's statistics. */
export interface Stats {
  readonly memory_stats?: {
    readonly usage?: number;
    /** `inactive_file` of cgroup v2, `total_inactive_file` of v1. */
    readonly stats?: Readonly<Record<string, number>>;
  };
}

/** See Engine.memory: one question for each box, all at once, and none that waits for a second sample. */
export async function memoryOf(client: DockerClient, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const asked = ids.map(async (id) => {
    const path = `/containers/${encodeURIComponent(id)}/stats?stream=false&one-shot=true`;
    // One that has just ended has none.
    const stats = (await client.get('asking what a box uses', path).catch(() => ({}))) as Stats;
    return [id, usedOf(stats)] as const;
  });
  const known = (await Promise.all(asked)).flatMap(([id, used]) => (used === undefined ? [] : [[id, used] as const]));
  return new Map(known);
}

/** Bytes in use, without files that are only cached, as `docker stats` has it; undefined where it is not told. Pure. */
export function usedOf({ memory_stats: { usage, stats = {} } = {} }: Stats): number | undefined {
  if (usage === undefined) return undefined;
  return Math.max(0, usage - (stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0));
}
