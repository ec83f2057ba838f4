import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { clientDir, type Paths } from '../config/paths.ts';
import { withLock } from './lock.ts';
import { writeState } from './writeFile.ts';

const schema = z.record(z.string(), z.object({ sha256: z.string(), agreed: z.string() }));

/** What was agreed to for one project: the SHA-256 of it, and when (ISO 8601). */
export type Agreement = z.infer<(typeof schema)['valueType']>;

/** What of a project a user can agree to, each kind in a file of its own. */
export const AGREED = { devcontainer: 'devcontainers.json', projectFile: 'projects.json' } as const;

/** A kind of agreements. */
export type Agreed = keyof typeof AGREED;

/** What a client's user has agreed to, by the real path of the project. A file that cannot be read is no agreement. */
export async function readAgreements(
  paths: Paths,
  client: string,
  kind: Agreed,
): Promise<Readonly<Record<string, Agreement>>> {
  const text = await readFile(fileOf(paths, client, kind), 'utf8').catch(() => '{}');
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Remembers an agreement (0600, replaced whole) in the client's directory, which no box sees. Throws UserError('state'). */
export async function recordAgreement(
  paths: Paths,
  client: string,
  kind: Agreed,
  project: string,
  agreement: Agreement,
): Promise<void> {
  await change(paths, client, kind, (all) => ({ ...all, [project]: agreement }));
}

/** Forgets an agreement; true when there was one. Throws UserError('state'). */
export async function forgetAgreement(paths: Paths, client: string, kind: Agreed, project: string): Promise<boolean> {
  // Without a look first, the client would get a directory.
  if ((await readAgreements(paths, client, kind))[project] === undefined) return false;
  await change(paths, client, kind, ({ [project]: _, ...others }) => others);
  return true;
}

type Agreements = Readonly<Record<string, Agreement>>;

async function change(
  paths: Paths,
  client: string,
  kind: Agreed,
  changed: (all: Agreements) => Agreements,
): Promise<void> {
  const file = fileOf(paths, client, kind);
  await withLock(file, async () => {
    const all = changed(await readAgreements(paths, client, kind));
    await writeState(file, `${JSON.stringify(all, null, 2)}\n`);
  });
}

const fileOf = (paths: Paths, client: string, kind: Agreed) => join(clientDir(paths, client), AGREED[kind]);
