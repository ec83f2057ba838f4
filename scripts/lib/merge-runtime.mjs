// Prints Docker's daemon.json with one runtime added: merge-runtime.mjs FILE NAME PATH [ARG...]
// A file that is not JSON is an error: it is somebody's configuration and must not be replaced.
import { existsSync, readFileSync } from 'node:fs';

const [file, name, path, ...runtimeArgs] = process.argv.slice(2);
const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
const config = text.trim() === '' ? {} : JSON.parse(text);
const runtime = runtimeArgs.length > 0 ? { path, runtimeArgs } : { path };

if (JSON.stringify(config.runtimes?.[name]) === JSON.stringify(runtime)) {
  process.stdout.write(text);
} else {
  config.runtimes = { ...config.runtimes, [name]: runtime };
  process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
}
