import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { UserImage } from '../image/userImage.ts';
import { openInside, placeInside } from '../state/openInside.ts';
import { plain } from '../ui/plain.ts';
import { type Devcontainer, type DevcontainerBuild, parseDevcontainer } from './parse.ts';

/** The devcontainer.json of a project as it was read once; what is built is what was read. */
export interface ProjectDevcontainer extends Pick<Devcontainer, 'containerEnv' | 'remoteEnv' | 'ignored'> {
  /** Relative to the project, as are the paths of `files`. */
  readonly file: string;
  readonly image: UserImage;
  /** Dockerfile and .dockerignore, where there are any, with the SHA-256 of each. */
  readonly files: Readonly<Record<string, string>>;
  /** SHA-256 over all that is agreed to: the file, those of `files`, and the names at the top of the build context. */
  readonly sha256: string;
}

/** Bytes; larger than any Dockerfile. */
const LIMIT = 1024 * 1024;

const PLACES = ['.devcontainer/devcontainer.json', '.devcontainer.json'];

/**
 * Reads the devcontainer.json of a project (a real path); undefined when it has none. Throws UserError('project') for one
 * that cannot be used and UserError('refused') for paths that lead out of the project.
 */
export async function loadDevcontainer(project: string): Promise<ProjectDevcontainer | undefined> {
  for (const file of PLACES) {
    const content = await textInside(project, join(project, file));
    if (content !== undefined) return await loaded(project, file, content);
  }
  return undefined;
}

async function loaded(project: string, file: string, content: Buffer): Promise<ProjectDevcontainer> {
  const { image, build, ...parsed } = parseDevcontainer(content.toString(), join(project, file));
  const base = { ...parsed, file };
  if (build === undefined) {
    return { ...base, image: { image: image ?? '' }, files: {}, sha256: hash(content) };
  }
  const read = await buildOf(project, dirname(join(project, file)), build);
  const files = Object.fromEntries(
    Object.entries(read.texts).map(([path, text]): [string, string] => [relative(project, path), hash(text)]),
  );
  const { context } = read.build;
  const sha256 = hash(JSON.stringify([file, hash(content), files, relative(project, context), read.names]));
  // Where the whole project is the context, each edit of the agent would build the image anew.
  const key = context === project ? { key: sha256 } : {};
  return { ...base, image: { build: { ...read.build, root: project, ...key } }, files, sha256 };
}

async function buildOf(project: string, folder: string, build: DevcontainerBuild) {
  const dockerfile = resolve(folder, build.dockerfile);
  const text = await textInside(project, dockerfile);
  if (text === undefined) throw absent(dockerfile, 'build.dockerfile');
  const context = await placeInside(project, resolve(folder, build.context));
  if (context === undefined) throw absent(resolve(folder, build.context), 'build.context');
  const ignoreFile = join(context, '.dockerignore');
  const ignore = await textInside(project, ignoreFile);
  const names = await readdir(context).catch((error: unknown) => {
    throw new UserError('project', `cannot read ${plain(context)}`, { why: String(error), cause: error });
  });
  return {
    build: { dockerfile: text.toString(), context, args: build.args, target: build.target },
    texts: { [dockerfile]: text, ...(ignore === undefined ? {} : { [ignoreFile]: ignore }) },
    names: names.sort(),
  };
}

async function textInside(project: string, path: string): Promise<Buffer | undefined> {
  await placeInside(project, path);
  const handle = await openInside(project, path);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    if (size <= LIMIT) return await handle.readFile();
    throw new UserError('project', `${plain(path)} is too large`, { why: `it has more than ${LIMIT} bytes` });
  } finally {
    await handle.close();
  }
}

function absent(path: string, what: string): UserError {
  return new UserError('project', `there is no ${plain(path)}`, { why: `devcontainer.json names it as ${what}` });
}

function hash(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
