import type { Agent } from '../agents/agent.ts';
import type { Frame } from '../box/payload.ts';
import { UserError } from '../errors.ts';
import type { BoxEnv, Resolved } from './resolved.ts';

/** Everything that goes into one box over its pipe. */
export interface DeliveryRequest {
  readonly agent: Agent;
  readonly autonomy: 'auto' | 'ask';
  /** Where the project is in the box. */
  readonly workspace: string;
  readonly credentials: readonly Resolved[];
  readonly env: BoxEnv;
  /** A file of the agent's state directory as it is now. */
  readonly existing: (file: string) => string | undefined;
  /** Git identity and the links to the client's agent configuration. */
  readonly extra: readonly Frame[];
}

/** The frames, what the user should know, and the values that nothing may print. */
export interface Delivery {
  readonly frames: readonly Frame[];
  readonly notices: readonly string[];
  readonly secrets: readonly string[];
}

/** Shorter values of variables are words like `1` and `true`, and hiding those would hide half of every text. */
const SECRET_LENGTH = 8;

/**
 * The frames of a run's payload: variables, credential files, the answers to first-run questions, links. A credential
 * wins over a variable of its name, and a notice says so; `--env` wins over both. Pure; throws UserError('credentials')
 * for what no environment can hold.
 */
export function deliver(request: DeliveryRequest): Delivery {
  const { agent, env } = request;
  const { variables, notices } = environment(request);
  const understood = agent.credentials.filter((name) => variables[name]);
  const guard = understood.length === 0 ? {} : agent.guardEnv;
  const seeds = agent.firstRun({
    autonomy: request.autonomy,
    workspace: request.workspace,
    credentials: Object.fromEntries(understood.map((name) => [name, variables[name] ?? ''])),
    existing: request.existing,
  });
  return {
    frames: [
      ...Object.entries({ ...guard, ...variables }).map(variable),
      ...credentialFiles(request.credentials),
      ...seeds.map(
        ({ file, content }): Frame => ({
          op: 'file',
          path: `${agent.stateDir}/${file}`,
          mode: '600',
          when: 'always',
          content,
        }),
      ),
      ...request.extra,
    ],
    notices,
    secrets: [
      ...request.credentials.flatMap((credential) => (credential.delivery === 'kept' ? [] : [credential.value])),
      ...[env.file, env.profile, env.flags]
        .flatMap((variables) => Object.values(variables))
        .filter((value) => value.length >= SECRET_LENGTH),
    ],
  };
}

/** The credentials that are files, as frames. */
export function credentialFiles(credentials: readonly Resolved[]): readonly Frame[] {
  return credentials.flatMap((credential): Frame[] => {
    if (credential.delivery !== 'file') return [];
    const { path, when, value } = credential;
    return [{ op: 'file', path, mode: '600', when, content: value }];
  });
}

function environment({ credentials, env }: DeliveryRequest) {
  const secret = Object.fromEntries(
    credentials.flatMap((credential) => (credential.delivery === 'env' ? [[credential.name, credential.value]] : [])),
  );
  const plain = { ...env.file, ...env.profile };
  const notices = Object.keys(secret)
    .filter((name) => name in plain && !(name in env.flags))
    .map((name) => `${name} is a credential and a variable (env, env_file): the credential is used`);
  return { variables: { ...plain, ...secret, ...env.flags }, notices };
}

function variable([name, value]: readonly [string, string]): Frame {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new UserError('credentials', `${JSON.stringify(name)} is no name of a variable`);
  }
  if (value.includes('\0')) {
    throw new UserError('credentials', `the value of ${name} holds a NUL byte, which no environment can`, {
      next: ['deliver: { file: /home/agent/… } for a binary secret'],
    });
  }
  return { op: 'env', name, value };
}
