import type { DockerClient } from './client.ts';
import { readJson } from './json.ts';
import type { Closable } from './open.ts';

/** A standing question to the engine: with what code does the box end? */
export interface ExitWatch extends Closable {
  /** Rejects when the engine goes away before the box ends. */
  readonly code: Promise<number>;
}

/**
 * Asks for the exit code of a box; the engine has registered the question when this resolves. `next-exit` is for a box
 * that has not been started, `not-running` for one that may have ended already.
 */
export async function watchExit(
  client: DockerClient,
  id: string,
  condition: 'next-exit' | 'not-running',
): Promise<ExitWatch> {
  const path = `/containers/${encodeURIComponent(id)}/wait?condition=${condition}`;
  const answer = await client.open('waiting for the box', { path });
  const code = readCode(answer);
  // Whoever awaits it later still gets the error; until then it is nobody's.
  code.catch(() => {});
  return { code, destroy: () => answer.destroy() };
}

async function readCode(answer: AsyncIterable<Buffer>): Promise<number> {
  const { StatusCode } = (await readJson(answer)) as { StatusCode?: number };
  if (StatusCode === undefined) throw new Error('the engine told no exit code');
  return StatusCode;
}
