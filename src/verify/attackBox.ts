import { PLAIN_RUN } from '../box/plainRun.ts';
import { runCommand } from '../box/run.ts';
import { NO_FLAGS, type RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import type { BoxSpec } from '../plan/spec.ts';
import type { Canary } from './canary.ts';
import { type Ground, withCanary } from './ground.ts';
import { attackProgram } from './program.ts';
import { openSession, type Session } from './session.ts';

/** A box that runs and waits to be attacked. */
export interface Target {
  readonly engine: Engine;
  readonly spec: BoxSpec;
  readonly id: string;
  readonly session: Session;
  /** As the run had it: the client's settings with the canary in the place of its secrets. */
  readonly context: Context;
}

/** What is special about the run of a box that is attacked. */
export interface TargetRequest {
  readonly client: string;
  readonly flags: Partial<RunFlags>;
  readonly canary: Canary;
  readonly ground: Ground;
}

const PERL = '/usr/local/lib/agentbox/perl';

/** Milliseconds for all of the box. */
const LIMIT = 60_000;

/**
 * Starts a box by the very way of `agentbox run --agent shell` on the project of the ground; only its command is another. Calls `act` with it
 * while it runs, and gives what that gives, when the box is gone. Throws what a run throws.
 */
export async function withTarget<T>(
  context: Context,
  request: TargetRequest,
  act: (target: Target) => Promise<T>,
): Promise<T> {
  const { client, canary, ground, flags } = request;
  const session = openSession(context.io, await attackProgram());
  let launched: (target: Target) => void = () => {};
  const target = new Promise<Target>((resolve) => {
    launched = resolve;
  });
  const own: Context = {
    ...context,
    io: session.io,
    env: { ...context.env, [canary.name]: canary.value },
    config: async () => withCanary(await context.config(), client, canary, ground),
    engine: async (choice) => {
      const engine = await context.engine(choice);
      return {
        ...engine,
        async launch(launch) {
          const running = await engine.launch(launch);
          // A trial of a runtime is launched before, without streams of ours.
          if (launch.streams?.stdin === session.io.in) {
            session.begun();
            launched({ engine, spec: launch.spec, id: running.id, session, context: own });
          }
          return running;
        },
      };
    },
  };
  const running = runCommand(own, {
    ...PLAIN_RUN,
    command: [PERL, '-'],
    timeout: LIMIT,
    dir: ground.project,
    flags: { ...NO_FLAGS, ...flags, agent: 'shell', client },
  });
  const ended = running.then((code) => {
    throw new UserError('box', 'the box that was attacked ended by itself', {
      why: `its exit code is ${code}`,
      next: ['agentbox verify once more', 'agentbox doctor'],
    });
  });
  try {
    return await Promise.race([target.then(act), ended]);
  } finally {
    session.end();
    await running.catch(() => {});
  }
}
