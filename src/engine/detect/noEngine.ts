import { UserError } from '../../errors.ts';
import type { EngineKind } from '../../plan/spec.ts';
import type { Answer } from './strategy.ts';

/** What a strategy said, under its name. */
export interface Report {
  readonly name: string;
  readonly kind: EngineKind;
  readonly answer: Answer;
}

const TITLES = { auto: 'container engine', docker: 'Docker engine', podman: 'Podman' } as const;

/** The error when no strategy found an engine: what each said, and what to do on this platform. Pure. */
export function noEngine(
  wanted: 'auto' | EngineKind,
  reports: readonly Report[],
  platform: NodeJS.Platform,
): UserError {
  const faults = reports.flatMap(({ answer }) => (answer.state === 'broken' ? [answer] : []));
  const gaps = reports.flatMap(({ name, answer }) => {
    if (answer.state !== 'absent') return [];
    return [answer.why.startsWith(name) ? answer.why : `${name}: ${answer.why}`];
  });
  const what = faults.length > 0 ? `no ${TITLES[wanted]} that works was found` : `no ${TITLES[wanted]} was found`;
  const noPodman = reports.some(({ kind, answer }) => kind === 'podman' && answer.state === 'absent');
  const remedies = [...new Set(faults.flatMap((fault) => fault.remedy))].filter(
    (remedy) => !(noPodman && remedy.includes('--engine podman')),
  );
  return new UserError('engine', what, {
    why: [...faults.map((fault) => fault.why), ...gaps].join('; '),
    next: remedies.length > 0 ? remedies : install(wanted, platform),
  });
}

function install(wanted: 'auto' | EngineKind, platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') {
    return ['install and start Docker Desktop or OrbStack', 'or: brew install colima docker && colima start'];
  }
  const podman = 'sudo apt-get install podman uidmap slirp4netns fuse-overlayfs (or the same of your distribution)';
  const docker = 'install Docker Engine, then: sudo systemctl start docker';
  if (wanted === 'docker') return [docker, 'or take the engine that is there: leave out --engine docker'];
  if (wanted === 'podman') return [podman, 'or take the engine that is there: leave out --engine podman'];
  return [podman, `or ${docker}`];
}
