import type { RunCommand } from './run.ts';

/** A run of which nothing is asked but its settings: the agent's own command, in this folder, shown until it ends. */
export const PLAIN_RUN: Omit<RunCommand, 'flags'> = {
  dir: '.',
  scratch: false,
  args: [],
  command: undefined,
  login: false,
  timeout: undefined,
  resume: false,
  freshCreds: false,
  detach: false,
  dryRun: false,
  json: false,
};
