import { PLAIN_RUN } from '../box/plainRun.ts';
import { NO_FLAGS } from '../config/flags.ts';
import type { AfterInit } from './command.ts';

/** Builds, logs in and runs as the commands of these names do. */
export const afterInit: AfterInit = {
  async build(context, { client, agent }) {
    const { buildCommand } = await import('../image/buildCommand.ts');
    await buildCommand(context, { client, agent });
  },
  async login(context, { client, agent }) {
    const [{ login }, { runCommand }] = await Promise.all([
      import('../credentials/loginCommand.ts'),
      import('../box/run.ts'),
    ]);
    return login(context, { client, agent, dir: undefined }, runCommand);
  },
  async run(context, { client, agent }) {
    const { runCommand } = await import('../box/run.ts');
    return runCommand(context, { ...PLAIN_RUN, flags: { ...NO_FLAGS, client, agent } });
  },
};
