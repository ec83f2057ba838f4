import { createInterface } from 'node:readline';
import type { Context } from '../../context.ts';
import { engineOfEndpoint } from '../../engine/detect.ts';
import { UserError } from '../../errors.ts';
import type { Started } from '../hiddenProcess.ts';
import { BEGIN, type PortsStart } from './protocol.ts';
import { servePorts } from './server.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * The hidden command: reads a PortsStart from standard input, says on standard output when it listens, or why not, and carries
 * connections to the box until that has ended. An input that ends before BEGIN means that there is no box.
 */
export async function portsCommand(context: Context): Promise<void> {
  const tell = (line: Started) => context.io.out.write(`${JSON.stringify(line)}\n`);
  const lines = createInterface({ input: context.io.in })[Symbol.asyncIterator]();
  try {
    const start = JSON.parse((await lines.next()).value ?? '') as PortsStart;
    const server = await servePorts(await engineOfEndpoint(start.engine, context), start);
    for (const signal of SIGNALS) process.on(signal, () => server.end());
    tell({ ready: true });
    lines.next().then(({ value }) => (value === BEGIN ? server.begin() : server.end()));
    await server.ended;
  } catch (error) {
    const { trouble, message, why, next } =
      error instanceof UserError
        ? error
        : new UserError('state', 'the ports of the box cannot be served', { why: String(error) });
    tell({ ready: false, trouble, message, why, next });
  }
  // A connection of the engine's may be left, and nothing is to be said any more.
  setTimeout(() => process.exit(), 100).unref();
}
