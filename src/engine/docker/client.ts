import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type Dockerode from 'dockerode';
import { TooSlow, toUserError } from './errors.ts';
import { readJson } from './json.ts';
import { within } from './limit.ts';

/** Milliseconds that an ordinary call may take. */
const CALL_LIMIT = 30_000;
/** Milliseconds for calls that move mountains: creating, starting and removing on a busy machine, or under gVisor. */
export const SLOW_LIMIT = 120_000;

/** A request that dockerode has no method for, or none that can be used: `path` with its query (encoded), and the body. */
interface RawRequest {
  readonly path: string;
  /** A hijacking request needs one: without, dockerode sends it in chunks, whose end the engine takes for input. */
  readonly body?: object;
  /** A tar archive. */
  readonly tar?: Buffer;
  readonly method?: 'GET' | 'POST';
}

/** The way to one Docker engine. Every answer comes within a time limit, and every failure is a UserError. */
export interface DockerClient {
  /** Calls the engine; `doing` is for the message when it takes too long (`starting the box`). */
  call<T>(doing: string, ask: (docker: Dockerode, signal: AbortSignal) => Promise<T>, limit?: number): Promise<T>;
  /** Asks a question whose answer is one JSON value. */
  get(doing: string, path: string): Promise<unknown>;
  /** Sends a request and gives its answer as soon as its headers are there; the body is the caller's to read. */
  open(doing: string, request: RawRequest, limit?: number): Promise<IncomingMessage>;
  /** Sends a request that turns the connection into a plain two-way stream. */
  hijack(doing: string, request: RawRequest): Promise<Socket>;
}

/** The client of the engine behind `socketPath`; dockerode is loaded with the first call. */
export function dockerClient(socketPath: string): DockerClient {
  let loading: Promise<Dockerode> | undefined;
  const load = () => {
    loading ??= connect(socketPath);
    return loading;
  };

  const call: DockerClient['call'] = async (doing, ask, limit = CALL_LIMIT) => {
    const abort = new AbortController();
    const late = () => {
      abort.abort();
      return new TooSlow(doing, limit);
    };
    try {
      const docker = await load();
      return await within(limit, ask(docker, abort.signal), late);
    } catch (error) {
      throw toUserError(error, socketPath);
    }
  };

  return {
    call,
    get: (doing, path) =>
      call(doing, async (docker, signal) =>
        readJson(await dial<IncomingMessage>(docker, { path, method: 'GET' }, { signal, hijack: false })),
      ),
    open: (doing, request, limit) =>
      call(doing, (docker, signal) => dial<IncomingMessage>(docker, request, { signal, hijack: false }), limit),
    hijack: (doing, request) =>
      call(doing, (docker, signal) => dial<Socket>(docker, request, { signal, hijack: true })),
  };
}

async function connect(socketPath: string): Promise<Dockerode> {
  const { default: Docker } = await import('dockerode');
  // dockerode lets DOCKER_HOST and its like win over a socket path; the engine was chosen already, so they are undone.
  const none = {
    host: undefined,
    port: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
    username: undefined,
  };
  return new Docker({ ...none, protocol: 'http', timeout: 0, socketPath });
}

/** dockerode's own transport; it answers with the response (or, hijacked, the socket) once the headers are there. */
function dial<T>(docker: Dockerode, request: RawRequest, how: { signal: AbortSignal; hijack: boolean }): Promise<T> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: request.path,
        method: request.method ?? 'POST',
        isStream: true,
        hijack: how.hijack,
        abortSignal: how.signal,
        statusCodes: { 200: true },
        ...(request.tar === undefined ? {} : { file: request.tar }),
        // Without options dockerode cuts the last character off a path with a query.
        options: { _query: {}, _body: request.body ?? {} },
      },
      (error, answer) => (error === null || error === undefined ? resolve(answer as T) : reject(error)),
    );
  });
}
