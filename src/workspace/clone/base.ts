import { isObjectId, isRefName } from '../git/refName.ts';
import type { CloneBase } from '../record.ts';
import { parsePairs } from './pairs.ts';

/** Reads what images/workspace/fill-clone prints at its end. Pure; throws for anything else, which is a bug. */
export function parseBase(text: string): CloneBase {
  const said = new Map(parsePairs(text));
  const id = (name: string) => {
    const value = said.get(name);
    return value === undefined ? null : checked(name, value, isObjectId(value));
  };
  const branch = said.get('branch') || null;
  const format = said.get('format');
  if (format !== 'sha1' && format !== 'sha256') throw new Error(`fill-clone: no format: ${format}`);
  const refs = said.get('refs') ?? '';
  return {
    commit: id('commit'),
    branch: branch === null ? null : checked('branch', branch, isRefName(branch)),
    baseline: id('baseline'),
    tree: id('tree') ?? checked('tree', '', false),
    format,
    refs: checked('refs', refs, /^[0-9a-f]{64}$/.test(refs)),
  };
}

function checked(name: string, value: string, right: boolean): string {
  if (right) return value;
  throw new Error(`fill-clone: no ${name}: ${value}`);
}
