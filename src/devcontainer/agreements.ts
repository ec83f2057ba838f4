import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { clientDir, type Paths } from '../config/paths.ts';
import { withLock } from '../state/lock.ts';
import { writeState } from '../state/writeFile.ts';

const schema = z.record(z.string(), z.object({ sha256: z.string(), agreed: z.string() }));

/** What was agreed to for one project: the SHA-256 of it, and when (ISO 8601). */
export type Agreement = z.infer<(typeof schema)['valueType']>;

/** What a client's user has agreed to, by the real path of the project. A file that cannot be read is no agreement. */
export async function readAgreements(paths: Paths, client: string): Promise<Readonly<Record<string, Agreement>>> {
  const text = await readFile(fileOf(paths, client), 'utf8').catch(() => '{}');
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
  project: string,
  agreement: Agreement,
): Promise<void> {
  const file = fileOf(paths, client);
  await withLock(file, async () => {
    const all = { ...(await readAgreements(paths, client)), [project]: agreement };
    await writeState(file, `${JSON.stringify(all, null, 2)}\n`);
  });
}

const fileOf = (paths: Paths, client: string) => join(clientDir(paths, client), 'devcontainers.json');
