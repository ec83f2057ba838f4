import { CancelledError, UsageError, UserError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { hasAnswered, type Io, printJson, warn } from './io.ts';
import { paint } from './paint.ts';

/**
 * Prints an error as its kind asks for and gives the exit code: 2 usage, 130 cancelled, 125 everything else. With `json` it is
 * the command's answer as well, where there was none.
 */
export async function reportError(io: Io, error: unknown, json = false): Promise<number> {
  if (json && !hasAnswered(io)) printJson(io, { error: errorShape(error) });
  const colours = await paint(io);
  const line = (text: string) => warn(io, text);
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

/** An error as programs read it; docs/json.md. A bug has no words of which it is sure that nothing secret is in them. */
function errorShape(error: unknown) {
  if (error instanceof CancelledError) return { kind: 'cancelled', message: error.message, why: null, next: [] };
  if (error instanceof UsageError) return { kind: 'usage', message: error.message, why: null, next: error.next };
  if (error instanceof UserError) {
    return { kind: error.trouble, message: error.message, why: error.why ?? null, next: error.next };
  }
  return { kind: 'bug', message: 'this is a bug of agentbox; standard error has the rest', why: null, next: [] };
}
