import { type Agent, HOME } from './agent.ts';

const LOGIN_SHELL = ['/bin/bash', '-l'];

/** No agent at all: the user's command, or a shell. */
export const shell: Agent = {
  name: 'shell',
  title: 'shell',
  image: 'base',
  package: undefined,
  command: () => LOGIN_SHELL,
  argsAreCommand: true,
  versionCommand: ['/bin/bash', '--version'],
  // Where programs started by hand (gh, git, …) keep their settings.
  stateDir: `${HOME}/.config`,
  locksState: false,
  env: {},
  providers: {},
  defaultProviders: [],
  hosts: [],
  guardEnv: {},
  otherProviders: [],
  login: undefined,
  homeLinks: {},
  configEntries: [],
  firstRun: () => [],
};
