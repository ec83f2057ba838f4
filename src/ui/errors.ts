import { CancelledError, UsageError, UserError } from '../errors.ts';
import { VERSION } from '../version.ts';
import type { Io } from './io.ts';
import { paint } from './paint.ts';

/** Prints an error as its kind asks for and gives the exit code: 2 usage, 130 cancelled, 125 everything else. */
export async function reportError(io: Io, error: unknown): Promise<number> {
  const colours = await paint(io);
  const line = (text: string) => io.err.write(`${text}\n`);
  if (error instanceof CancelledError) return error.code;
  if (!(error instanceof UserError || error instanceof UsageError)) {
    line(colours.red('agentbox: this is a bug of agentbox, not a mistake of yours'));
    line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    line(`Please report it with the lines above (agentbox ${VERSION}, node ${process.version}).`);
    return 125;
  }
  line(`${colours.red('agentbox:')} ${error.message}`);
  if (error instanceof UserError && error.why !== undefined) line(`  why:  ${error.why}`);
  error.next.forEach((next, index) => {
    line(`  ${index === 0 ? 'next:' : '     '} ${next}`);
  });
  return error instanceof UsageError ? 2 : 125;
}
