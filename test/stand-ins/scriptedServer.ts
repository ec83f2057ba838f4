import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** One request as it came in. `body` is parsed JSON, or undefined (also for a compressed one). */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What a stand-in answers. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A running stand-in whose answers follow a script. */
export interface ScriptedServer<Turn> {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** Replaces the script. */
  play(turns: readonly Turn[]): void;
  close(): Promise<void>;
}

/** How one is started: on `host` (127.0.0.1 when not given; boxes on a bridge need another) and a free port or `port`. */
export interface ScriptedOptions<Turn> {
  readonly turns: readonly Turn[];
  readonly host?: string;
  readonly port?: number;
}

/** Starts a server that records each request and answers what `answer` says of it and the script. */
export async function startScripted<Turn>(
  options: ScriptedOptions<Turn>,
  answer: (request: RecordedRequest, turns: readonly Turn[]) => Answer,
): Promise<ScriptedServer<Turn>> {
  const host = options.host ?? '127.0.0.1';
  const requests: RecordedRequest[] = [];
  let turns = options.turns;
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '/', headers } = request;
    const recorded = { method, path, headers, body: await bodyOf(request) };
    requests.push(recorded);
    const { status, type, body } = answer(recorded, turns);
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    url: `http://${host}:${port}`,
    requests,
    play: (next) => {
      turns = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A JSON answer. */
export function json(status: number, value: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}

/** When `module` was started by hand: starts the stand-in by `--port --host --script FILE` and prints its port. */
export async function startedByHand<Turn extends object>(
  module: string,
  start: (options: ScriptedOptions<Turn | { readonly text: string }>) => Promise<{ readonly port: number }>,
): Promise<void> {
  if (module !== pathToFileURL(process.argv[1] ?? '').href) return;
  const { values } = parseArgs({
    options: { port: { type: 'string' }, host: { type: 'string' }, script: { type: 'string' } },
  });
  const { port = '0', host = '127.0.0.1', script } = values;
  const turns =
    script === undefined
      ? [{ text: 'Hello from the stand-in.' }]
      : (JSON.parse(readFileSync(script, 'utf8')) as Turn[]);
  console.log((await start({ turns, host, port: Number(port) })).port);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
