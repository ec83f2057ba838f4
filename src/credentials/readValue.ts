import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';

const LARGEST = 1024 * 1024;

/**
 * The value of a secret: what a person types unseen at the terminal, else all of standard input without one newline at its
 * end. Throws UsageError when it is empty, larger than 1 MiB or no text, and CancelledError on Ctrl-C.
 */
export async function readValue({ io, prompter }: Pick<Context, 'io' | 'prompter'>, name: string): Promise<string> {
  const value = io.inIsTerminal
    ? await prompter.secret(`Value of ${name} (nothing is shown while you type)`, `agentbox creds set ${name} < FILE`)
    : (await readText(io.in, name)).replace(/\r?\n$/, '');
  if (value === '') throw new UsageError(`the value of ${name} is empty`, [`agentbox creds set ${name} < FILE`]);
  if (value.includes('\0')) throw new UsageError(`the value of ${name} holds a NUL byte, which no variable can`);
  return value;
}

async function readText(input: AsyncIterable<unknown>, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk as Buffer | string);
    size += bytes.length;
    if (size > LARGEST) throw new UsageError(`the value of ${name} is larger than 1 MiB`);
    chunks.push(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new UsageError(`the value of ${name} is no text (UTF-8)`);
  }
}
