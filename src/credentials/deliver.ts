import { type Agent, HOME } from '../agents/agent.ts';
import { servingNames } from '../agents/serving.ts';
import type { Frame } from '../box/payload.ts';
import type { Profile, Provider } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import { ADC_PATH, adcSecrets } from '../providers/adc.ts';
import { providerVariables } from '../providers/environment.ts';
import { hasKeyHeader } from '../providers/headers.ts';
import { shownInBox } from './inBox.ts';
import type { BoxEnv, Resolved } from './resolved.ts';

/** Everything that goes into one box over its pipe. */
export interface DeliveryRequest {
  readonly agent: Agent;
  readonly profile: Pick<Profile, 'autonomy' | 'providers' | 'permissions'>;
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
  const { agent, env, profile } = request;
  const { variables, notices } = environment(request);
  const understood = servingNames(profile, agent).filter((name) => variables[name]);
  const provider = profile.providers[agent.name];
  const guard = understood.length > 0 || needsNoLogin(provider, agent) ? agent.guardEnv : {};
  const seeds = agent.firstRun({
    autonomy: profile.autonomy,
    provider,
    permissions: profile.permissions[agent.name],
    workspace: request.workspace,
    credentials: Object.fromEntries(understood.map((name) => [name, variables[name] ?? ''])),
    existing: (file) => arriving(request, file) ?? request.existing(file),
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
      ...Object.entries(agent.homeLinks).map(
        ([path, target]): Frame => ({ op: 'link', path: `${HOME}/${path}`, target: `${agent.stateDir}/${target}` }),
      ),
      ...request.extra,
    ],
    notices,
    secrets: [
      ...request.credentials.flatMap(secretsOf),
      ...[env.file, env.profile, env.flags]
        .flatMap((variables) => Object.values(variables))
        .filter((value) => value.length >= SECRET_LENGTH),
    ],
  };
}

/** A credential file in the state directory as it will be, for an agent that has its login and its answers in one. */
function arriving({ agent, credentials, existing }: DeliveryRequest, file: string): string | undefined {
  const path = `${agent.stateDir}/${file}`;
  const found = credentials.find((one) => one.delivery === 'file' && one.path === path);
  if (found?.delivery !== 'file' || (found.when === 'once' && existing(file) !== undefined)) return undefined;
  return found.content ?? found.value;
}

/** The credentials that are files, as frames. */
export function credentialFiles(credentials: readonly Resolved[]): readonly Frame[] {
  return credentials.flatMap((credential): Frame[] => {
    if (credential.delivery !== 'file') return [];
    const { path, when, value, content = value, note } = credential;
    return [
      { op: 'file', path, mode: '600', when, content },
      ...(note === undefined ? [] : [{ op: 'file', mode: '600', when: 'always', ...note } as const]),
    ];
  });
}

function secretsOf(credential: Resolved): readonly string[] {
  if (credential.delivery === 'kept') return [];
  const isAdc = credential.delivery === 'file' && credential.path === ADC_PATH && credential.broker === undefined;
  return [credential.value, ...(isAdc ? adcSecrets(credential.value) : [])];
}

/** What serves it is no login file, so that nothing is lost when the agent looks at none. */
function needsNoLogin(provider: Provider | undefined, agent: Agent): boolean {
  return provider !== undefined && (agent.providers[provider.name]?.login === false || hasKeyHeader(provider));
}

function environment({ agent, profile, credentials, env }: DeliveryRequest) {
  const secret = Object.fromEntries(
    credentials.flatMap((credential) =>
      credential.delivery === 'env' ? [[credential.name, shownInBox(credential)]] : [],
    ),
  );
  const plain = { ...env.file, ...env.profile };
  const provider = providerVariables(profile, agent, credentials);
  const twice = (names: object) => Object.keys(names).filter((name) => name in plain && !(name in env.flags));
  const notices = [
    ...twice(secret).map((name) => `${name} is a credential and a variable (env, env_file): the credential is used`),
    ...twice(provider).map((name) => `${name} is set by the provider and by env or env_file: the provider's is used`),
  ];
  return { variables: { ...plain, ...provider, ...secret, ...env.flags }, notices };
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
