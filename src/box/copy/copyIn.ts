import { lstat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { realPathOf } from '../../config/realPath.ts';
import type { Context } from '../../context.ts';
import type { BoxInfo, Engine } from '../../engine/engine.ts';
import { UsageError, UserError } from '../../errors.ts';
import { plain } from '../../ui/plain.ts';
import { collected } from './collected.ts';
import { type Copy, splitPath } from './place.ts';
import { refuseShared } from './shared.ts';

/** Copies a file or a folder into a running box, as its user's own; links stay links. Throws UserError. */
export async function copyIn(context: Context, engine: Engine, box: BoxInfo, { inBox, here }: Copy): Promise<void> {
  const source = await realPathOf(resolve(context.cwd, here));
  const entry = await lstat(source).catch(() => undefined);
  if (entry === undefined || !(entry.isFile() || entry.isDirectory())) {
    throw new UserError('project', `there is no file or folder ${plain(here)}`, { next: [`ls -l ${here}`] });
  }
  await refuseShared(context, engine, source);
  const isFolder = (await quietly(engine, box, ['test', '-d', inBox])).code === 0;
  const place = isFolder ? { folder: inBox, name: basename(source) } : splitPath(inBox);
  if (place === undefined || (!isFolder && inBox.endsWith('/')))
    throw new UsageError(`cp: there is no folder ${inBox} in the box`);
  const { packTar } = await import('modern-tar/fs');
  const type = entry.isDirectory() ? 'directory' : 'file';
  const tar = packTar([{ type, source, target: place.name }], {
    filter: (_path, one) => one.isFile() || one.isDirectory() || one.isSymbolicLink(),
  });
  const argv = ['tar', '-C', place.folder, '-xf', '-', '--no-same-owner', '--no-same-permissions'];
  const { code, why } = await quietly(engine, box, argv, tar);
  if (code === 0) return;
  throw new UserError('box', `${box.name} did not take ${plain(place.name)}`, { why: plain(why) });
}

async function quietly(
  engine: Engine,
  box: BoxInfo,
  argv: readonly string[],
  stdin: Readable = Readable.from([]),
): Promise<{ readonly code: number; readonly why: string }> {
  const said = collected();
  const stdout = new PassThrough();
  stdout.resume();
  const code = await engine.exec(box.id, argv, {
    streams: { stdin, stdout, stderr: said.stream, terminal: undefined },
  });
  return { code, why: said.firstLine() };
}
