import type { Agent } from '../agents/agent.ts';
import type { CredentialSource, Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { ignoredLine } from '../devcontainer/describe.ts';
import { devcontainerFrames } from '../devcontainer/frames.ts';
import type { ProjectDevcontainer } from '../devcontainer/load.ts';
import { ensureImage, findImage } from '../image/choose.ts';
import type { Keeper } from '../network/keeper/client.ts';
import type { KeptSecret } from '../network/keeper/protocol.ts';
import type { Policy } from '../network/policy/policy.ts';
import { planBox, workspaceOf } from '../plan/box.ts';
import type { BoxSpec } from '../plan/spec.ts';
import { hasSshAgent } from '../plan/sshAgent.ts';
import { boxUser } from '../plan/user.ts';
import { trace } from '../ui/io.ts';
import { waiting } from '../ui/waiting.ts';
import { type EndNews, noNews } from '../workspace/endNews.ts';
import type { KnownSecret } from '../workspace/landing/secrets/known.ts';
import { lookAtWorkspace } from '../workspace/look.ts';
import { settle } from '../workspace/settle.ts';
import { type Made, requestOf } from './boxRequest.ts';
import { boxFrames, projectFrames } from './frames.ts';
import type { Frame } from './payload.ts';
import { portNotices, runPorts } from './ports.ts';
import { type Chosen, choose, engineOf, hostFacts, type Resolved } from './resolveRun.ts';
import type { RunCommand } from './run.ts';
import { chooseRuntime } from './runtime.ts';

/** A run that is ready to be launched. */
export interface Prepared extends Resolved {
  readonly box: BoxSpec;
  readonly frames: readonly Frame[];
  readonly imageEnv: Readonly<Record<string, string>>;
  readonly notices: readonly string[];
  /** What the gateway lets through; no rule at all where there is none. */
  readonly policy: Policy;
  /** Secrets that the box has placeholders of. */
  readonly brokered: readonly KeptSecret[];
  /** The values of the client's credentials; they stay in memory. */
  readonly secrets: readonly KnownSecret[];
  /** The keeper of the gateway; undefined when the box has no gateway. Whoever launches closes it. */
  readonly keeper: Keeper | undefined;
  /** What its end brings. */
  readonly news: EndNews;
}

/** Everything up to the launch: the plan, the image, the secrets. */
export async function prepareRun(context: Context, request: RunCommand): Promise<Prepared> {
  askEarly(context, request);
  const chosen = await choose(context, request);
  performance.mark('settings');
  const { profile, agent, project, projectFile } = chosen;
  trace(context.io, `client ${profile.client}, ${agent.name} on ${project.path} (${profile.workspace})`);
  const resolve = () => boxFrames(context, { profile, agent, workspace: workspaceOf(profile, project), request });
  // Each takes its time and none needs the other; what must not run is refused before any of them is heard. What may ask a
  // person something waits until then.
  const early = mayAsk(profile, agent) ? undefined : resolve();
  early?.catch(() => {});
  // What an earlier box left behind comes first, so that this one begins with it.
  const settled = await settle(context, profile.client);
  const looked = settled ? lookAtWorkspace(context, profile, project) : chosen.workspace;
  looked.catch(() => {});
  const engine = await engineOf(context, request, profile);
  const ports = request.login ? [] : await runPorts(Object.values(profile.ports).flat(), engine);
  const image = profile.devcontainer ? undefined : findImage(engine, agent, profile, context);
  image?.catch(() => {});
  const facts = await waiting(
    context.io,
    `looking at the project, and waiting for ${engine.kind}`,
    hostFacts(context, engine, { ...chosen, workspace: looked }),
  );
  performance.mark('engine');
  trace(context.io, `${facts.engine.kind} ${facts.engine.version} at ${facts.engine.endpoint}`);
  const planned = (made: Made) => planBox(profile, agent, project, facts, requestOf(context, request, made));
  planned({ image: '', runtime: profile.runtime === 'auto' ? undefined : profile.runtime });
  const gateway = profile.network === 'gateway' ? await import('./gateway.ts') : undefined;
  const policy = await gateway?.runPolicy(context, profile, agent, request.login);
  const devcontainer = await devcontainerOf(context, { profile, project }, request);
  const { frames, notices, brokered, secrets } = await (early ?? resolve());
  const found = await (image ?? findImage(engine, agent, profile, context, devcontainer?.image));
  const built = ensureImage(engine, found, context);
  const ready = request.createOnly ? undefined : gateway?.readyGateway;
  const keeper = ready?.(context, { client: profile.client, engine, facts: facts.engine, built });
  keeper?.catch(() => {});
  const { ref, info } = await built;
  trace(context.io, `image ${ref}`);
  const user = boxUser(facts.caller, facts.engine, project, profile.workspace);
  const { cacheDir } = context.paths;
  const choosing = chooseRuntime(profile.runtime, {
    ...{ engine, facts: facts.engine, image: ref, user, cacheDir, now: context.now },
    allowDegraded: profile.allowDegraded,
    hostSockets: profile.network === 'gateway' || hasSshAgent(profile),
  });
  const choice = await waiting(context.io, 'trying gVisor', choosing);
  trace(context.io, `runtime ${choice.runtime ?? facts.engine.defaultRuntime}`);
  const variables = frames.flatMap((frame) => (frame.op === 'env' ? [frame.name] : []));
  const plan = planned({ image: ref, runtime: choice.runtime, variables, ports });
  return {
    ...{ profile, agent, project, projectFile, engine, facts },
    box: plan.box,
    // Theirs first, so that every other variable wins over them.
    frames: [
      ...(devcontainer === undefined ? [] : devcontainerFrames(devcontainer, info.env, plan.box.env)),
      ...projectFrames(projectFile.env, plan.box.env),
      ...frames,
    ],
    imageEnv: info.env,
    ...{ brokered, secrets, policy: policy ?? { rules: [] }, keeper: await keptReady(context, keeper) },
    news: noNews(),
    notices: [
      ...projectFile.notices,
      ...plan.notices,
      ...(choice.notice === undefined ? [] : [choice.notice]),
      ...(devcontainer === undefined ? [] : ignoredLine(devcontainer)),
      ...notices,
      ...portNotices(ports),
    ],
  };
}

async function keptReady(context: Context, keeper: Promise<Keeper> | undefined): Promise<Keeper | undefined> {
  if (keeper === undefined) return undefined;
  const ready = await waiting(context.io, 'starting the gateway', keeper);
  trace(context.io, 'the gateway is ready');
  return ready;
}

/** Has the engine asked about itself while settings are read, which seldom name another one; it answers late, and what it says is kept. */
function askEarly(context: Context, { flags }: RunCommand): void {
  context
    .engine({ flag: flags.engine, profile: 'auto' })
    .then((engine) => engine.facts())
    // Whoever needs it tells.
    .catch(() => {});
}

/** The image and variables that the project asks for, where the user's own settings let it. A login needs neither. */
async function devcontainerOf(
  context: Context,
  { profile, project }: Pick<Chosen, 'profile' | 'project'>,
  { flags, login }: RunCommand,
): Promise<ProjectDevcontainer | undefined> {
  if (!profile.devcontainer || login) return undefined;
  const { chosenDevcontainer } = await import('../devcontainer/choose.ts');
  return chosenDevcontainer(context, { profile, flags, project: project.path, yes: false });
}

/** True when a credential comes from something that may ask: a keychain, or a program. */
function mayAsk(profile: Profile, agent: Agent): boolean {
  const provider = profile.providers[agent.name];
  const sources: readonly (string | CredentialSource)[] = [
    ...Object.values(profile.credentials).map(({ source }) => source),
    ...Object.values(provider?.headers ?? {}),
  ];
  const asks = (source: string | CredentialSource) =>
    typeof source !== 'string' && !('env' in source || 'file' in source);
  return provider?.profile !== undefined || sources.some(asks);
}
