import { lastTrial } from '../box/runtime.ts';
import { realPathOf } from '../config/realPath.ts';
import type { Context } from '../context.ts';
import type { Report } from '../engine/detect/noEngine.ts';
import { allAnswers, engineAt, hostOf } from '../engine/detect.ts';
import type { BoxInfo, Engine } from '../engine/engine.ts';
import { LABEL } from '../engine/engine.ts';
import { allContainers } from '../engine/kinds.ts';
import { fromLabels } from '../plan/labels.ts';
import type { EngineReport } from './facts.ts';
import { settled } from './settled.ts';

/** Every engine that is here, each once, with its facts and its boxes; and every way on which none was found. */
export async function gatherEngines(context: Context, chosen: Engine | undefined): Promise<readonly EngineReport[]> {
  const reports = await Promise.all((await allAnswers(hostOf(context))).map((report) => ask(context, report)));
  const endpoint = (await chosen?.facts().catch(() => undefined))?.endpoint;
  const inUse = endpoint === undefined ? undefined : await realPathOf(endpoint);
  const once = new Set<string>();
  const found: EngineReport[] = [];
  for (const report of reports) {
    const place = report.facts === undefined ? report.name : await realPathOf(report.facts.endpoint);
    // DOCKER_HOST and the usual socket are often the same engine.
    if (once.has(place)) continue;
    once.add(place);
    found.push({ ...report, chosen: place === inUse });
  }
  return found;
}

async function ask(context: Context, { name, kind, answer }: Report): Promise<EngineReport> {
  const report = { name, kind, facts: undefined, chosen: false, boxes: [], trial: undefined } as const;
  if (answer.state === 'absent') {
    return { ...report, state: 'absent', failure: { what: answer.why, why: undefined, next: [] } };
  }
  if (answer.state === 'broken') {
    return { ...report, state: 'broken', failure: { what: answer.why, why: undefined, next: answer.remedy } };
  }
  const engine = await engineAt(answer.found, context);
  const { value, failure } = await settled(Promise.all([engine.facts(), allContainers(engine, ['box', 'helper'])]));
  if (value === undefined) return { ...report, state: 'broken', failure };
  const [facts, boxes] = value;
  const trial = await lastTrial(facts, context.paths.cacheDir);
  return {
    ...{ ...report, state: 'works', failure: undefined, facts, trial },
    boxes: boxes.filter((box) => isOurs(box, context)),
  };
}

/** Others who share the engine have boxes too. */
function isOurs(box: BoxInfo, { paths }: Context): boolean {
  return box.labels[LABEL] === 'helper' || fromLabels(box.labels).data === paths.dataDir;
}
