import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Context } from '../../context.ts';
import type { Engine } from '../../engine/engine.ts';
import { UserError } from '../../errors.ts';
import type { Mount } from '../../plan/spec.ts';
import { orStateTrouble } from '../../state/trouble.ts';
import { plain } from '../../ui/plain.ts';
import type { RepositoryFacts } from '../facts.ts';
import { gitBox, gitBoxName } from '../gitBox.ts';
import type { WorkspaceRecord } from '../record.ts';
import { branchOf } from './decide.ts';
import { type Asked, type News, newsSink, parseNews } from './news.ts';

/** What a box has that the host lacks: a list that was checked, and a pack that only a writer opens. */
export interface Reading {
  readonly news: News;
  /** False when the pack is empty. */
  readonly pack: boolean;
}

/** What is to be read, and where its pack goes. */
export interface ReadRequest {
  readonly record: WorkspaceRecord;
  readonly repository: RepositoryFacts;
  /** The box's own git directory. */
  readonly gitDir: string;
  /** Objects that the host has. */
  readonly known: readonly string[];
  readonly asked: Asked;
  /** The box's newest stash. */
  readonly stash: string | undefined;
  readonly packFile: string;
  /** Bytes. */
  readonly maxPack: number;
}

/** Reads a box's git directory in a helper box that may write nothing. Throws UserError('refused') for what git would not have made. */
export async function readCommits(context: Context, engine: Engine, request: ReadRequest): Promise<Reading> {
  const { record, repository, gitDir, known, asked, stash, packFile, maxPack } = request;
  const relabel = (await engine.facts()).selinux;
  const objects = repository.objects.map((source, m) => readOnly(source, `/objects/${m}`, relabel));
  await rm(packFile, { force: true });
  const sink = newsSink(createWriteStream(packFile, { mode: 0o600 }), maxPack);
  // The name is the same for each try, so that none of them leaves a box behind for long.
  const suffix = `${record.box}-read`;
  await engine.remove(gitBoxName(suffix));
  let failed: unknown;
  let ending: Promise<void> | undefined;
  // Who sends without end is ended, not listened to.
  sink.stream.on('error', (error) => {
    failed ??= error;
    ending = engine.remove(gitBoxName(suffix)).catch(() => {});
  });
  const ended = await gitBox(context, engine, record, {
    ...{ script: 'read-commits', suffix },
    args: [asked.format === 64 ? 'sha256' : 'sha1', ...objects.map(({ target }) => target)],
    mounts: [readOnly(gitDir, '/box.git', relabel), ...objects],
    input: Readable.from([inputLines(asked, known, stash)]),
    output: sink.stream,
  }).catch((error: unknown) => {
    if (failed === undefined) throw error;
    return undefined;
  });
  await ending;
  if (failed === undefined) await finished(sink.stream.end()).catch((error: unknown) => error);
  if (failed !== undefined) await orStateTrouble(`cannot write ${packFile}`, () => Promise.reject(failed));
  if (ended?.code !== 0) throw unreadable(ended?.stderr ?? '');
  return { news: parseNews(sink.lines(), asked), pack: await hasObjects(packFile) };
}

function inputLines({ head, refs }: Asked, known: readonly string[], stash: string | undefined): string {
  const branch = branchOf(head);
  const at = branch === undefined ? head : refs.get(branch);
  const lines = [
    ...known.map((id) => `known ${id}`),
    ...(at === undefined ? [] : [`head ${at}`]),
    ...(stash === undefined ? [] : [`stash ${stash}`]),
    ...[...refs].map(([name, id]) => `ref ${id} ${name}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** The number of objects is in the twelve bytes that each pack begins with. */
async function hasObjects(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return bytesRead === 12 && buffer.readUInt32BE(8) > 0;
  } finally {
    await handle.close();
  }
}

function unreadable(said: string): UserError {
  return new UserError('refused', 'the box’s git directory cannot be read', {
    why: plain(said.trim().split('\n').slice(-3).join('; ').slice(0, 500)) || 'git does not say why',
    next: ['agentbox sync, when it is mended'],
  });
}

/** A directory of the host that a helper box only reads. */
export function readOnly(source: string, target: string, relabel: boolean): Mount {
  return { source, target, write: false, relabel, purpose: 'git' };
}
