import { VERSION } from './version.ts';

// Answered before anything is loaded: start-up is a budget.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  start().then((code) => {
    process.exitCode = code;
  });
}

async function start(): Promise<number> {
  const { realContext } = await import('./realContext.ts');
  const context = realContext(process);
  try {
    const { runProgram } = await import('./cli/program.ts');
    return await runProgram(process.argv.slice(2), context);
  } catch (error) {
    const { reportError } = await import('./ui/errors.ts');
    return await reportError(context.io, error);
  }
}
