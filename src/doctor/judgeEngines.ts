import type { EngineFacts } from '../engine/engine.ts';
import type { DoctorFacts, EngineReport } from './facts.ts';
import { type Finding, finding, type Grade } from './finding.ts';

const TITLE = { docker: 'Docker', podman: 'Podman' } as const;

/** What is to be said of the engines: which is used, which are broken, and what kinds agentbox cannot use. Pure. */
export function judgeEngines(facts: DoctorFacts): readonly Finding[] {
  // A broken engine beside one that works is in nobody's way.
  const grade = facts.engines.some(({ chosen }) => chosen) ? 'note' : 'problem';
  const found = facts.engines.flatMap((report) => judgeOne(report, grade));
  if (facts.noEngine === undefined) return found;
  const { what, why, next } = facts.noEngine;
  return [finding('engine', 'problem', what, { why, next }), ...found];
}

function judgeOne({ name, kind, state, failure, facts, chosen }: EngineReport, broken: Grade): readonly Finding[] {
  // What is not there is no fault: nobody has every engine.
  if (state === 'absent') return [];
  if (state === 'broken' || facts === undefined) {
    const { why, next } = failure ?? { why: undefined, next: [] };
    return [finding('engine', broken, `${TITLE[kind]} (${name}): ${failure?.what ?? 'does not work'}`, { why, next })];
  }
  const what = `${TITLE[kind]} ${facts.version} at ${facts.endpoint}${chosen ? ', in use' : ''}`;
  const trouble = unusable(facts);
  if (trouble !== undefined) return [finding('engine', chosen ? 'problem' : 'note', what, trouble)];
  return [finding('engine', 'ok', what)];
}

function unusable(facts: EngineFacts): { why: string; next: readonly string[] } | undefined {
  if (facts.kind !== 'docker') return undefined;
  if (facts.rootless) {
    return {
      why: 'rootless Docker cannot give a box your files without making it root, so runs on a project are refused',
      next: ['agentbox run --engine podman … (rootless Podman maps you to yourself)'],
    };
  }
  if (facts.usernsRemap) {
    return {
      why: 'userns-remap gives a box other ids than yours, so runs on a project are refused',
      next: ['take userns-remap out of /etc/docker/daemon.json', 'or: agentbox run --engine podman …'],
    };
  }
  return undefined;
}
