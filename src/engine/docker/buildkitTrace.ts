import { bytesIn, type Field, fieldsOf, flagIn, textIn } from './protobuf.ts';

/** A step of a build as BuildKit tells of it; it tells again whenever something changes. */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  readonly started: boolean;
  readonly completed: boolean;
  /** Empty when the step has not failed. */
  readonly error: string;
}

/** A piece of a step's output. */
interface VertexLog {
  readonly vertex: string;
  readonly data: Buffer;
}

/** One message of a build's trace. */
export interface Trace {
  readonly vertexes: readonly Vertex[];
  readonly logs: readonly VertexLog[];
}

/** Reads moby.buildkit.v1.StatusResponse (vertexes = 1, logs = 3); of bytes that are none it gives what it can. */
export function readTrace(message: Buffer): Trace {
  const fields = fieldsOf(message);
  return {
    vertexes: bytesIn(fields, 1).map((bytes) => vertexOf(fieldsOf(bytes))),
    logs: bytesIn(fields, 3).map((bytes) => logOf(fieldsOf(bytes))),
  };
}

/** Vertex: digest = 1, name = 3, cached = 4, started = 5, completed = 6, error = 7. */
function vertexOf(fields: readonly Field[]): Vertex {
  return {
    digest: textIn(fields, 1),
    name: textIn(fields, 3),
    cached: flagIn(fields, 4),
    started: bytesIn(fields, 5).length > 0,
    completed: bytesIn(fields, 6).length > 0,
    error: textIn(fields, 7),
  };
}

/** VertexLog: vertex = 1, msg = 4. */
function logOf(fields: readonly Field[]): VertexLog {
  return { vertex: textIn(fields, 1), data: bytesIn(fields, 4).at(-1) ?? Buffer.alloc(0) };
}
