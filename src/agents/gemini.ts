import { type Agent, HOME } from './agent.ts';
import { GEMINI_ENV } from './geminiEnv.ts';
import { geminiFirstRun } from './geminiFirstRun.ts';
import { geminiHostDirectory } from './geminiHostDirectory.ts';
import { geminiHostPlaces, parseGeminiLogin } from './geminiLogin.ts';
import { geminiPolicy } from './geminiPolicy.ts';
import { google, vertex } from './geminiProviders.ts';
import { geminiUsage } from './geminiUsage.ts';

/** Gemini CLI by Google. The image adds /etc/gemini-cli/settings.json, which no settings of a project can replace. */
export const gemini: Agent = {
  name: 'gemini',
  title: 'Gemini CLI',
  image: 'gemini',
  package: '@google/gemini-cli',
  command: ({ autonomy, resume, permissions }) => {
    // They are no part of the command line; but what gemini cannot be told is refused here, before anything is made.
    geminiPolicy(permissions);
    const mode = autonomy === 'auto' ? 'yolo' : 'default';
    return ['gemini', '--approval-mode', mode, ...(resume ? ['--resume', 'latest'] : [])];
  },
  argsAreCommand: false,
  versionCommand: ['gemini', '--version'],
  stateDir: `${HOME}/.gemini`,
  // Its locks are directories, made and found by every box alike, and each conversation is a file of its own.
  locksState: false,
  env: GEMINI_ENV,
  providers: { google, vertex },
  defaultProviders: ['google'],
  hosts: [],
  guardEnv: {},
  otherProviders: [],
  login: {
    file: 'oauth_creds.json',
    // With it, Code Assist serves the models.
    hosts: ['oauth2.googleapis.com', 'cloudcode-pa.googleapis.com'],
    // It has no login command: the first thing it does without credentials is to log in, and then it is told to quit.
    command: ['gemini', '--prompt-interactive', '/quit'],
    host: geminiHostPlaces,
    parse: parseGeminiLogin,
  },
  hostDirectory: geminiHostDirectory,
  homeLinks: {},
  // Not settings.json, policies or extensions: gemini writes there.
  configEntries: ['GEMINI.md', 'commands', 'skills', 'agents', 'keybindings.json'],
  usage: geminiUsage,
  firstRun: geminiFirstRun,
};
