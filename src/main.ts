import { realContext } from './realContext.ts';
import { reportError } from './ui/errors.ts';

// Marks cost nothing and are read by test/bench alone.
performance.mark('loaded');
const context = realContext(process);
const words = process.argv.slice(2);
const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
const json = own.includes('--json');

// A reader that went away (`agentbox ls | head`) is no trouble.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.on('uncaughtException', async (error) => {
  process.exit(await reportError(context.io, error, json));
});
start().then((code) => {
  process.exitCode = code;
});

async function start(): Promise<number> {
  try {
    const { runProgram } = await import('./cli/program.ts');
    return await runProgram(words, context);
  } catch (error) {
    return await reportError(context.io, error, json);
  }
}
