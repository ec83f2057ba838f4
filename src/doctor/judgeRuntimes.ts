import type { EngineFacts } from '../engine/engine.ts';
import { isLimitless } from '../plan/limits.ts';
import type { DoctorFacts, EngineReport } from './facts.ts';
import { type Finding, finding } from './finding.ts';

const GVISOR = 'runsc';
const DAEMON = '/etc/docker/daemon.json';

/** What is to be said of the runtimes of the engine in use, gVisor and its flags above all. Pure. */
export function judgeRuntimes(facts: DoctorFacts): readonly Finding[] {
  const report = facts.engines.find(({ chosen }) => chosen);
  const engine = report?.facts;
  if (report === undefined || engine === undefined) return [];
  const known = finding('runtime', 'ok', `${engine.defaultRuntime} by default; known: ${engine.runtimes.join(', ')}`);
  return [known, ...(engine.desktop ? [] : [gvisor(engine, report.trial)])];
}

/** What is to be said of limits on memory, cpus and processes on the engine in use. Pure. */
export function judgeLimits(facts: DoctorFacts): readonly Finding[] {
  const engine = chosenEngine(facts);
  if (engine === undefined) return [];
  const version = engine.details?.cgroupVersion;
  const cgroups = version === undefined ? 'cgroups' : `cgroup v${version}`;
  if (engine.ignoredLimits.length === 0) return [finding('limits', 'ok', `memory, cpus and pids hold (${cgroups})`)];
  const lost = engine.ignoredLimits.map((name) => `${name}-limit` as const);
  const names = lost.join(', ');
  const what = `${engine.kind} ignores limits on ${engine.ignoredLimits.join(', ')} here (${cgroups})`;
  if (lost.every((name) => facts.givenUp.includes(name))) {
    return [finding('limits', 'note', what, { why: 'every client gave them up by name (allow_degraded)' })];
  }
  return [
    finding('limits', 'problem', what, {
      why: 'so runs are refused, unless the settings give these limits up by name',
      next: [
        ...(version === '2'
          ? [
              'sudo mkdir -p /etc/systemd/system/user@.service.d',
              "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee /etc/systemd/system/user@.service.d/delegate.conf",
              'sudo systemctl daemon-reload, then log in again',
            ]
          : ['boot with cgroup v2: add systemd.unified_cgroup_hierarchy=1 to the kernel’s command line']),
        `or, in config.yaml: allow_degraded: [${names}]`,
      ],
    }),
  ];
}

/** The engine that runs take, when it answers. */
function chosenEngine({ engines }: DoctorFacts): EngineFacts | undefined {
  return engines.find(({ chosen }) => chosen)?.facts;
}

function gvisor(engine: EngineFacts, trial: EngineReport['trial']): Finding {
  if (!engine.runtimes.includes(GVISOR)) {
    return finding('runtime', 'note', 'gVisor (runsc) is not there', {
      why: 'boxes share the kernel of this machine; gVisor would put a second one between',
      next:
        engine.kind === 'docker'
          ? ['install runsc, then: sudo runsc install && sudo systemctl reload docker']
          : ['install runsc; Podman finds it on PATH'],
    });
  }
  const flags = engine.details?.runtimeArgs[GVISOR] ?? [];
  const what = `gVisor is registered${flags.length === 0 ? '' : `, with ${flags.join(' ')}`}`;
  if (isLimitless(engine, GVISOR)) {
    return finding('runtime', 'note', what, {
      why: 'with --ignore-cgroups no limit holds, so runtime auto does not take it',
      next: [`take --ignore-cgroups out of ${DAEMON}, then: sudo systemctl reload docker`],
    });
  }
  if (trial?.works === false) {
    return finding('runtime', 'note', `${what}, and does not work`, {
      why: `the last trial of a run: ${trial.why}`,
      next: [
        `${engine.kind} run --rm --runtime ${GVISOR} IMAGE true`,
        'a run tries it again ten minutes after it failed',
      ],
    });
  }
  return finding('runtime', 'ok', `${what}${trial === undefined ? '' : ', and works'}`);
}
