import type { Dirent } from 'node:fs';
import { opendir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import { atOnce } from './atOnce.ts';
import { isAbsent, readPlain } from './readPlain.ts';
import { isObjectId, isRefName } from './refName.ts';

/** What a git directory names, at one moment. */
export interface RefsSnapshot {
  /** `ref: refs/heads/main`, or an object's id when it is detached; undefined when it is neither. */
  readonly head: string | undefined;
  /** By full name: an object's id, or `ref: refs/…` for one that stands for another. Sorted by name. */
  readonly refs: Readonly<Record<string, string>>;
}

/** No repository of people comes near. */
const MAX_ENTRIES = 400_000;
const MAX_DEPTH = 40;
const MAX_PACKED = 128 * 1024 * 1024;
const MAX_LOOSE = 4096;

/**
 * The refs of a git directory, loose ones over packed ones, read from its files: no git is run, no link followed, and what is no ref is left
 * out. A box may have written it and be writing it. Throws UserError('refused') for more than any repository has.
 */
export async function readRefs(gitDir: string): Promise<RefsSnapshot> {
  const root = await realpath(gitDir);
  const refs = new Map<string, string>();
  const packed = await readPlain(root, join(root, 'packed-refs'), MAX_PACKED);
  for (const [name, id] of packed === undefined ? [] : packedRefs(packed.toString())) refs.set(name, id);
  await addLoose(root, 'refs', refs, { left: MAX_ENTRIES });
  const sorted = [...refs].sort(([a], [b]) => (a < b ? -1 : 1));
  return { head: await headOf(root), refs: Object.fromEntries(sorted) };
}

function* packedRefs(text: string): Generator<readonly [name: string, id: string]> {
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const [id, name] = [line.slice(0, space), line.slice(space + 1)];
    if (isObjectId(id) && isRefName(name)) yield [name, id];
  }
}

async function addLoose(root: string, folder: string, refs: Map<string, string>, budget: { left: number }) {
  if (folder.split('/').length > MAX_DEPTH) throw tooMany(root);
  const entries = await entriesOf(root, folder, budget);
  await atOnce(entries, 64, async (entry) => {
    const name = `${folder}/${entry.name}`;
    if (!entry.isFile() || !isRefName(name)) return;
    const value = refValue(await readPlain(root, join(root, name), MAX_LOOSE));
    if (value !== undefined) refs.set(name, value);
  });
  for (const entry of entries) {
    if (entry.isDirectory()) await addLoose(root, `${folder}/${entry.name}`, refs, budget);
  }
}

/** Read in portions: a box may have put millions there. */
async function entriesOf(root: string, folder: string, budget: { left: number }): Promise<readonly Dirent[]> {
  const entries: Dirent[] = [];
  try {
    for await (const entry of await opendir(join(root, folder), { bufferSize: 256 })) {
      budget.left -= 1;
      if (budget.left < 0) throw tooMany(root);
      entries.push(entry);
    }
  } catch (error) {
    // Only what is not there has no refs; what cannot be read must not look as if they were deleted.
    if (!isAbsent(error)) throw error;
  }
  return entries;
}

/** Old versions of git made HEAD a link; it is read, not followed. */
async function headOf(root: string): Promise<string | undefined> {
  const path = join(root, 'HEAD');
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return isRefName(target) ? `ref: ${target}` : undefined;
  return refValue(await readPlain(root, path, MAX_LOOSE));
}

function refValue(bytes: Buffer | undefined): string | undefined {
  const text = bytes?.toString().trim() ?? '';
  if (isObjectId(text)) return text;
  const target = /^ref:\s*(\S+)$/.exec(text)?.[1];
  return target !== undefined && isRefName(target) ? `ref: ${target}` : undefined;
}

function tooMany(root: string): UserError {
  return new UserError('refused', `the refs of ${plain(root)} are not read`, { why: 'there are far too many' });
}
