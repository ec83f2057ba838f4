import type { Writable } from 'node:stream';
import type { DockerClient } from './client.ts';
import { lost } from './errors.ts';
import { inspectContainer } from './inspect.ts';
import { copyOutput } from './output.ts';
import { readyFilter } from './ready.ts';

/** See Engine.logs. */
export async function writeLogs(
  client: DockerClient,
  id: string,
  { out, follow }: { readonly out: Writable; readonly follow: boolean },
): Promise<void> {
  const { Config: config } = await inspectContainer(client, id);
  const path = `/containers/${encodeURIComponent(id)}/logs?stdout=1&stderr=1&follow=${follow ? 1 : 0}`;
  const answer = await client.open('reading the logs', { path, method: 'GET' });
  const terminal = config.Tty === true;
  const reading = terminal ? { terminal, filter: readyFilter() } : { terminal };
  await copyOutput(answer, { stdout: out, stderr: out }, reading).catch((error: unknown) => {
    throw lost(error, id.slice(0, 12));
  });
}
