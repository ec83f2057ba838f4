import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Canary, canary, largeCanary, plainCanary } from './canary.ts';
import type { Lab } from './lab.ts';

/** Every way in which a secret comes to an agent, a canary each. */
export interface Secrets {
  /** What the agent has in its environment, by the name of the variable. */
  readonly env: readonly Canary[];
  /** What it has as files, by their paths in the box. */
  readonly files: readonly Canary[];
  /** Beside the host's login, and not for the box at all. */
  readonly refresh: Canary;
  readonly all: readonly Canary[];
  /** Those that no process of the host has in its environment to begin with. */
  readonly notInCallersEnv: readonly Canary[];
  /** The variables that the caller has set. */
  readonly callersEnv: Readonly<Record<string, string>>;
  /** What config.yaml says of client acme. */
  readonly client: Readonly<Record<string, unknown>>;
  /** Where the user keeps them, so that they are allowed to be there. */
  readonly sources: readonly string[];
}

const LARGE = 64 * 1024;

/** Makes canaries, puts them where a user keeps them and configures client `acme` (agent claude, image `image`) with them. */
export function makeSecrets(lab: Lab, image: string): Secrets {
  const fromEnv = canary('FROM_ENV');
  const fromFlag = canary('FROM_FLAG');
  const fromFile = canary('FROM_FILE');
  const fromCommand = canary('FROM_COMMAND');
  const fromEnvFile = canary('FROM_ENV_FILE');
  const fromConfig = canary('FROM_CONFIG');
  const large = largeCanary('LARGE', LARGE);
  const file = canary('/home/agent/.secrets/token');
  const inState = canary('/home/agent/.claude/extra-token');
  const login = plainCanary('/home/agent/.claude/.credentials.json');
  const refresh = plainCanary('refresh token of the host');

  const keep = (name: string, content: string) => {
    const path = join(lab.home, 'keep', name);
    lab.write(path, content);
    return path;
  };
  const credentials = {
    FROM_ENV: { env: 'CALLERS_TOKEN' },
    FROM_FILE: { file: keep('token', `${fromFile.value}\n`) },
    FROM_COMMAND: { command: ['cat', keep('printed', fromCommand.value)] },
    LARGE: { file: keep('large', large.value) },
    TOKEN_FILE: { file: keep('file', file.value), deliver: { file: file.name } },
    STATE_FILE: { file: keep('state', inState.value), deliver: { file: inState.name } },
  };
  const client = {
    agent: 'claude',
    image,
    projects: [lab.project],
    network: 'none',
    login: 'host',
    credentials,
    env: { FROM_CONFIG: fromConfig.value },
    env_file: keep('vars.env', `# for the agent\nFROM_ENV_FILE='${fromEnvFile.value}'\n`),
    allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
  };
  lab.config(JSON.stringify({ clients: { acme: client } }, null, 2));
  const oauth = { accessToken: login.value, refreshToken: refresh.value, expiresAt: Date.now() + 9e6, scopes: ['x'] };
  lab.write(join(lab.home, '.claude/.credentials.json'), JSON.stringify({ claudeAiOauth: oauth }));

  const callersEnv = { CALLERS_TOKEN: fromEnv.value, FROM_FLAG: fromFlag.value };
  const env = [fromEnv, fromFlag, fromFile, fromCommand, fromEnvFile, fromConfig, large];
  const files = [file, inState, login];
  const all = [...env, ...files, refresh];
  return {
    env,
    files,
    refresh,
    all,
    notInCallersEnv: all.filter((one) => one !== fromEnv && one !== fromFlag),
    callersEnv,
    client,
    sources: [join(lab.home, 'keep'), join(lab.home, '.claude'), join(lab.home, '.config/agentbox/config.yaml')],
  };
}

/** A shell script that writes the hash of each secret that the agent has to a file of the project. */
export function hashScript({ env, files }: Secrets): string {
  return [
    ...env.map(({ name }) => `printf '%s %s\\n' ${name} "$(printf %s "$${name}" | sha256sum | cut -c1-64)"`),
    ...files.map(({ name }) => `printf '%s %s\\n' ${name} "$(sha256sum < ${name} | cut -c1-64)"`),
  ]
    .map((line) => `${line} >> /workspace/hashes`)
    .join('\n');
}

/** What that file holds when the agent has every secret as the user gave it; a login is another text around the token. */
export function expectedHashes({ env, files }: Secrets): readonly string[] {
  return [...env, ...files]
    .filter(({ name }) => !name.endsWith('.credentials.json'))
    .map(({ name, value }) => `${name} ${createHash('sha256').update(value).digest('hex')}`);
}
