import type { Context } from '../context.ts';
import { isAlive } from '../engine/alive.ts';
import type { BoxInfo, Engine, RunningBox } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { isOpenToOthers, type Publish, urlOf } from '../network/ports/publish.ts';
import { fromLabels, portsOf } from '../plan/labels.ts';
import { say } from '../ui/io.ts';
import type { Prepared } from './prepare.ts';

/**
 * The published ports of a run, each with its number. Throws UserError('unavailable') for one that is taken, with the box that
 * has it, where one has.
 */
export async function runPorts(ports: readonly Publish[], engine: Pick<Engine, 'boxes'>): Promise<readonly Publish[]> {
  if (ports.length === 0) return [];
  const { freePorts } = await import('../network/ports/listen.ts');
  try {
    return await freePorts(ports);
  } catch (error) {
    const rival = error instanceof UserError ? rivalOf(ports, await engine.boxes({}).catch(() => [])) : undefined;
    if (!(error instanceof UserError) || rival === undefined) throw error;
    const why = `box ${rival} publishes it`;
    throw new UserError(error.trouble, error.message, { why, next: [...error.next, `agentbox stop ${rival}`] });
  }
}

/** The box that has one of these ports. Pure. */
function rivalOf(ports: readonly Publish[], boxes: readonly BoxInfo[]): string | undefined {
  const wanted = new Set(ports.map(({ port }) => port));
  return boxes.find((box) => isAlive(box) && portsOf(box.labels).some(({ port }) => wanted.has(port)))?.name;
}

/** What to say of ports before the box starts: where they are, and who else may get there. Pure. */
export function portNotices(ports: readonly Publish[]): readonly string[] {
  return ports.map((publish) => {
    const where = `${urlOf(publish)} reaches port ${publish.boxPort} in the box`;
    return isOpenToOthers(publish) ? `${where}, and every machine that reaches this one gets there too` : where;
  });
}

/** Launches a box whose ports are listened on before it is made, and are free when it has ended. Throws UserError('unavailable') for one that is taken. */
export async function withPorts(
  context: Context,
  { box, engine, facts, profile }: Pick<Prepared, 'box' | 'engine' | 'facts' | 'profile'>,
  detach: boolean,
  launch: () => Promise<RunningBox>,
): Promise<RunningBox> {
  const ports = portsOf(box.labels);
  if (ports.length === 0) return launch();
  const { startPorts } = await import('../network/ports/start.ts');
  const at = { kind: engine.kind, endpoint: facts.engine.endpoint };
  const data = context.paths.dataDir;
  const served = await startPorts(context, { facts: at, box: box.name, client: profile.client, data, ports });
  try {
    const running = await launch();
    served.begin();
    // To ask for the end of a box that is left would keep this program with it.
    if (detach) return running;
    const exit = running.exit.finally(() => served.end());
    // Nobody may be waiting yet.
    exit.catch(() => {});
    return { ...running, exit };
  } catch (error) {
    await served.end();
    throw error;
  }
}

/** Serves the ports of running boxes again whose process has died. What goes wrong is told and stops nothing. */
export async function revivePorts(context: Context, engine: Engine, boxes: readonly BoxInfo[]): Promise<void> {
  const data = context.paths.dataDir;
  const published = boxes.filter(
    (box) => isAlive(box) && fromLabels(box.labels).data === data && portsOf(box.labels).length > 0,
  );
  if (published.length === 0) return;
  const { arePortsServed, startPorts } = await import('../network/ports/start.ts');
  const facts = await engine.facts();
  for (const { name: box, labels } of published) {
    const isServed = () => arePortsServed(context, { box, data });
    if (await isServed()) continue;
    try {
      const { client } = fromLabels(labels);
      (await startPorts(context, { facts, box, client, data, ports: portsOf(labels) })).begin();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      // Another command may have been quicker.
      if (!(await isServed())) say(context.io, `agentbox: ports of ${box} are not published: ${error.message}`);
    }
  }
}
