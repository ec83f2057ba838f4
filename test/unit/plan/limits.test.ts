import { expect, it } from 'vitest';
import { planLimits } from '../../../src/plan/limits.ts';
import { docker, podman } from '../support/facts.ts';

const wanted = { memory: 1024, cpus: 1, pids: 10 };

it('keeps all limits where the engine holds them', () => {
  expect(planLimits(wanted, docker, [])).toEqual({ limits: wanted, notices: [] });
});

it('refuses to run where the engine would ignore a limit', () => {
  expect(() => planLimits(wanted, podman, ['memory-limit'])).toThrow(/ignores limits on cpus, pids/);
});

it('goes on without the limits that were given up by name, and says so', () => {
  const plan = planLimits(wanted, podman, ['memory-limit', 'cpus-limit', 'pids-limit']);
  expect(plan.limits).toEqual({});
  expect(plan.notices).toEqual(['no limit on memory, cpus, pids: podman ignores it here (allow_degraded)']);
});

it('refuses a runtime that was registered so that it ignores limits, and no other', () => {
  const engine = { ...docker, limitlessRuntimes: ['runsc'] };
  expect(() => planLimits(wanted, engine, ['memory-limit'], 'runsc')).toThrow(/runsc ignores limits on cpus, pids/);
  expect(planLimits(wanted, engine, [], 'runc').limits).toEqual(wanted);
  expect(planLimits(wanted, engine, []).limits).toEqual(wanted);
  expect(() => planLimits(wanted, { ...engine, defaultRuntime: 'runsc' }, [])).toThrow(/runsc ignores limits/);
  const given = planLimits(wanted, engine, ['memory-limit', 'cpus-limit', 'pids-limit'], 'runsc');
  expect(given).toEqual({
    limits: {},
    notices: ['no limit on memory, cpus, pids: runsc ignores it here (allow_degraded)'],
  });
});
