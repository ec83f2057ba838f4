import { setTimeout } from 'node:timers/promises';
import { type Engine, LABEL } from '../../engine/engine.ts';

/** Milliseconds that a helper box whose agentbox has died may go on; its input has ended, so it soon does. */
const LIMIT = 60_000;

/** Waits for the end of a helper box of a try before this one, and removes it; one that is not there is fine. */
export async function endHelper(engine: Engine, name: string): Promise<void> {
  const until = Date.now() + LIMIT;
  for (;;) {
    const box = (await engine.boxes({ [LABEL]: 'helper' })).find((other) => other.name === name);
    if (box === undefined) return;
    if (box.state !== 'running' || Date.now() > until) break;
    await setTimeout(100);
  }
  await engine.remove(name);
}
