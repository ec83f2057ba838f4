import { StringDecoder } from 'node:string_decoder';

/** The one JSON value that a stream consists of; rejects when the stream breaks or holds something else. */
export async function readJson(source: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** The JSON objects of a stream of lines; lines that are none are left out. */
export async function* jsonLines(source: AsyncIterable<Buffer>): AsyncGenerator<Record<string, unknown>> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of source) {
    text += decoder.write(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    yield* lines.flatMap(parse);
  }
  yield* parse(text);
}

function parse(line: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
  } catch {
    return [];
  }
}
