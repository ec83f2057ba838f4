import { Readable, type Writable } from 'node:stream';
import { startClient } from './client.ts';
import { failed, type Podman } from './command.ts';

/** Writes what a box has printed so far to `out`, and with `follow` what it still prints. Throws UserError('box'). */
export async function logs(podman: Podman, id: string, out: Writable, follow: boolean): Promise<void> {
  // Asked first, since what the box wrote to its standard error and podman's own words come the same way.
  await podman.run(['container', 'inspect', '--format={{.Id}}', id]);
  const streams = { stdin: Readable.from([]), stdout: out, stderr: out, terminal: undefined };
  const client = startClient(podman.options, ['logs', ...(follow ? ['--follow'] : []), id], streams);
  client.showErrors();
  const { code, stderr } = await client.ended;
  if (code !== 0) throw failed(stderr);
}
