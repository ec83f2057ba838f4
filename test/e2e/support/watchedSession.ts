import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Places } from './canary.ts';
import { type Ended, ended, type Lab } from './lab.ts';
import { containerPlaces } from './places.ts';
import { watchProcesses } from './processes.ts';

/** What an agent is to run, so that its box can be looked at meanwhile; it goes on when that is done. */
export const WAIT_TO_BE_SEEN =
  'touch /workspace/here; until [ -e /workspace/go ]; do sleep 0.1; done; rm /workspace/here';

/** How a run ended, and all that could be seen of its box and of the host's processes while it was there. */
export interface Watched {
  readonly ended: Ended;
  readonly places: Places;
}

/** Runs agentbox and looks at its box when the agent runs WAIT_TO_BE_SEEN; throws when it ends before that. */
export async function watchedSession(
  lab: Lab,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Watched> {
  const [here, go] = [join(lab.project, 'here'), join(lab.project, 'go')];
  rmSync(go, { force: true });
  const watch = watchProcesses();
  const ending = ended(lab.start(args, { env }));
  let over: Ended | undefined;
  ending.then(
    (end) => {
      over = end;
    },
    () => {},
  );
  while (!existsSync(here) && over === undefined) await setTimeout(50);
  const seen = watch.stop();
  if (over !== undefined) throw new Error(`it ended with ${over.code}: ${over.stdout}${over.stderr}`);
  const listed = await lab.agentbox(['ls', '--json', ...lab.ground.flags.slice(0, 2)]);
  const boxes = JSON.parse(listed.stdout) as { id: string; project: string }[];
  const id = boxes.find(({ project }) => project === lab.project)?.id ?? '';
  const places = containerPlaces(lab, id);
  const argv = seen.map(({ pid, argv }) => [`argv of ${pid} ${argv}`, argv] as const);
  writeFileSync(go, '');
  return { ended: await ending, places: new Map([...places, ...argv]) };
}
