import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { differences } from '../plan/readBack.ts';
import type { ActualBox, BoxSpec } from '../plan/spec.ts';

/** Looks at the box that an engine made; throws UserError('refused') that names all that is not as planned. */
export function approver(
  engine: Pick<Engine, 'kind'>,
  spec: BoxSpec,
  imageEnv: Readonly<Record<string, string>>,
): (actual: ActualBox) => void {
  return (actual) => {
    const found = differences(spec, imageEnv, actual);
    if (found.length === 0) return;
    const lines = found.map(
      ({ what, planned, actual }) => `${what}: planned ${planned || 'none'}, got ${actual || 'none'}`,
    );
    throw new UserError('refused', `${engine.kind} did not make the box as planned, so nothing was started in it`, {
      why: lines.join('; '),
      next: [
        'agentbox run --dry-run … shows the plan',
        `look for defaults of ${engine.kind} that add to every container (containers.conf, daemon.json)`,
      ],
    });
  };
}
