import { Readable } from 'node:stream';
import { cloneBaseDir } from '../../config/paths.ts';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import type { Mount } from '../../plan/spec.ts';
import { plain } from '../../ui/plain.ts';
import { gitBox } from '../gitBox.ts';
import type { CloneBase, WorkspaceRecord } from '../record.ts';
import { parseBase } from './base.ts';
import { refusedClone } from './refusals.ts';

/** What fill-clone ends with for what cannot be cloned. */
const REFUSED = 3;
/** Milliseconds; a very large project takes a minute. */
const LIMIT = 1_800_000;

/** What a clone is made of. */
export interface CloneSource {
  readonly record: WorkspaceRecord;
  readonly volume: string;
  /** The git directory it begins with, without objects; undefined for a folder without git. */
  readonly prepared: string | undefined;
  /** What git does not track comes too. */
  readonly untracked: boolean;
}

/**
 * Fills a clone's empty volume with the project as it is now, and tells what it was. Throws UserError('refused') for what
 * cannot be cloned, 'state' when the disk is full or the like.
 */
export async function fillClone(context: Context, engine: Engine, source: CloneSource): Promise<CloneBase> {
  const { record, volume, prepared, untracked } = source;
  const { selinux } = await engine.facts();
  const base = cloneBaseDir(context.paths, record.client, record.box);
  const read = (path: string, target: string, purpose: string): Mount => {
    return { source: path, target, write: false, relabel: selinux, purpose };
  };
  const own = record.facts.repositories.find(({ place }) => place === '');
  // Nothing here is of a box's making, so the engine's own runtime will do, which reads files quicker than gVisor.
  const who = { ...record, runtime: undefined };
  const { code, stdout, stderr } = await gitBox(context, engine, who, {
    script: 'fill-clone',
    args: [untracked ? 'all' : 'tracked'],
    mounts: [
      read(record.project, '/source', 'project'),
      ...(prepared === undefined ? [] : [read(prepared, '/prepared', 'git directory')]),
      ...(own?.objects ?? []).map((path, n) => read(path, `/objects/${n}`, 'objects')),
      { source: base, target: '/base', write: true, relabel: selinux, purpose: 'objects of the files' },
      // Here the image has a folder that everybody may write, from which a fresh volume takes its mode.
      { source: volume, volume: true, target: '/workspace', write: true, relabel: false, purpose: 'clone' },
    ],
    input: Readable.from([Buffer.from(record.facts.masked.map((path) => `${path}\0`).join(''))]),
    timeout: LIMIT,
  });
  if (code === 0) return parseBase(stdout);
  if (code === REFUSED) throw refusedClone(stdout);
  throw failed(record.project, stderr);
}

function failed(project: string, said: string): UserError {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  const full = lines.find((line) => /No space left on device|Disk quota exceeded|Wrote only \d+ of/.test(line));
  return new UserError('state', `cannot clone ${plain(project)}`, {
    why:
      full === undefined
        ? lines.slice(-3).map(plain).join('; ')
        : 'the disk is full (ENOSPC): the engine’s, or that of agentbox’s state',
    next: full === undefined ? ['agentbox run --workspace bind'] : ['make room on the disk, then try again'],
  });
}
