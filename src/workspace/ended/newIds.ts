import type { RefsSnapshot } from '../git/readRefs.ts';
import { isObjectId } from '../git/refName.ts';

/** Lines for images/workspace/read-history: what a repository's refs name now and did not before; none when that is nothing. */
export function newIds(before: RefsSnapshot, now: RefsSnapshot, stashes: readonly string[] = []): readonly string[] {
  const old = idsOf(before);
  const fresh = [...idsOf(now), ...stashes].filter((id) => !old.has(id));
  return fresh.length === 0 ? [] : [...new Set(fresh), ...[...old].map((id) => `^${id}`)];
}

function idsOf({ head, refs }: RefsSnapshot): ReadonlySet<string> {
  return new Set([head ?? '', ...Object.values(refs)].filter(isObjectId));
}
