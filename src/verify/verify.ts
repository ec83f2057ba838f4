import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import { clientHere } from '../credentials/clientHere.ts';
import { fromLabels } from '../plan/labels.ts';
import { differences } from '../plan/readBack.ts';
import { waiting } from '../ui/waiting.ts';
import { type Target, withTarget } from './attackBox.ts';
import { type Canary, makeCanary } from './canary.ts';
import type { Listening, VerifyFacts } from './facts.ts';
import { type Ground, makeGround } from './ground.ts';
import { engineSockets, hiddenPaths } from './hidden.ts';
import { claims } from './host/claims.ts';
import { portObservations } from './host/ports.ts';
import { afterwards, forgetProject, lookAtProject, type Untouched } from './host/projects.ts';
import { secretsOnTheHost } from './host/secrets.ts';
import { judge, type Row } from './judge.ts';
import { type Listener, openListener } from './listener.ts';
import type { Observation, Probe } from './probe.ts';
import { probesOf } from './probes/index.ts';
import { listenerObservations } from './probes/network.ts';
import { PUBLISHED } from './probes/ports.ts';
import { ALLOWED_BELOW, ALLOWED_NAME, at, reaching } from './probes/relay.ts';
import type { Session } from './session.ts';

/** What was verified, and how it went. */
export interface Verified {
  readonly client: string;
  readonly engine: string;
  readonly runtime: string;
  readonly network: string;
  readonly rows: readonly Row[];
}

/** Milliseconds that the attacks may take in all. */
const LIMIT = 12_000;
/** Milliseconds to find the address of the host that the gateway reaches. */
const REACH = 1000;

type Flags = Pick<RunFlags, 'client' | 'engine' | 'runtime' | 'network'>;

/** Starts a box as `run` would, attacks it, judges what was seen. Throws what a run throws when there is no box to attack. */
export async function verify(context: Context, flags: Flags): Promise<Verified> {
  const client = await clientHere(context, flags.client);
  const canary = makeCanary();
  const listener = await openListener();
  const ground = await makeGround(context);
  try {
    const { probes, seen, before, box } = await withTarget(
      context,
      { client, flags: { ...flags, allow: allowed(listener), ports: [PUBLISHED] }, canary, ground },
      (target) => waiting(context.io, 'attacking the box', attacked({ target, client, canary, listener, ground })),
    );
    const left = await afterwards(context.paths, client, ground, before);
    return { client, ...box, rows: probes.map((probe) => judge(probe, { ...seen, ...left }[probe.id])) };
  } finally {
    listener.close();
    await forgetProject(context.paths, client, ground);
    await ground.remove();
  }
}

/** What the box may reach for the time of its test: the open port of the listener, and names that are nobody's. */
function allowed({ facts: { addresses, open } }: Listener): readonly string[] {
  return [...addresses.map(({ address }) => at(address, open)), ALLOWED_NAME, `*.${ALLOWED_BELOW}`];
}

/** The address of the host that the gateway reaches: its own ones are tried first, then where virtual machines put it. */
async function reached(session: Session, listening: Listening): Promise<string> {
  for (const own of [true, false]) {
    const candidates = listening.addresses.filter(({ answers }) => answers === own).map(({ address }) => address);
    const probes = reaching(candidates, listening);
    const answers = await session.ask(probes, { limit: 2 * REACH, patience: REACH });
    const found = probes.find((probe) => judge(probe, answers.get(probe.id)).verdict === 'green');
    if (found !== undefined) return found.id;
  }
  return listening.through;
}

interface Attacked {
  readonly target: Target;
  readonly client: string;
  readonly canary: Canary;
  readonly listener: Listener;
  readonly ground: Ground;
}

/** What was seen of a box while it ran. */
interface Seen {
  readonly box: Pick<Verified, 'engine' | 'runtime' | 'network'>;
  readonly probes: readonly Probe[];
  readonly seen: Readonly<Record<string, Observation>>;
  readonly before: Untouched;
}

async function attacked({ target, client, canary, listener, ground }: Attacked): Promise<Seen> {
  const before = await lookAtProject(ground);
  const { context, engine, spec, id, session } = target;
  const [host, { clients }] = await Promise.all([engine.facts(), context.config()]);
  const labels = fromLabels(spec.labels);
  const network = labels.network === 'gateway' || labels.network === 'none' ? labels.network : 'open';
  const through = network === 'gateway' ? await reached(session, listener.facts) : listener.facts.through;
  const facts: VerifyFacts = {
    ...{ engine: engine.kind, platform: context.platform, box: spec, canary, network },
    listener: { ...listener.facts, through },
    gvisor: /^(runsc|gvisor)/.test(spec.runtime ?? host.defaultRuntime),
    hidden: await hiddenPaths(context, client, clients, ground),
    sockets: engineSockets(host.endpoint, context.caller.uid),
  };
  const probes = probesOf(facts);
  const tried = probes.filter(({ skip }) => skip === undefined);
  const [made, guards, ports, answers] = await Promise.all([
    asPlanned(target),
    claims(context, engine, client, ground),
    portObservations(facts),
    session.ask(tried, { limit: LIMIT }),
  ]);
  // Afterwards, so that the log has all that was said.
  const secrets = await secretsOnTheHost(context, { engine, id, canary, brokered: network === 'gateway' });
  const seen: Readonly<Record<string, Observation>> = {
    ...Object.fromEntries(answers),
    ...{ made, ...secrets, ...guards, ...ports },
    ...listenerObservations(facts, listener.visits()),
    'wrong-host': wrongHost(listener.said(), canary),
  };
  return { box: { engine: engine.kind, runtime: labels.runtime, network: labels.network }, probes, seen, before };
}

async function asPlanned({ engine, spec, id }: Target): Promise<Observation> {
  const [actual, image] = await Promise.all([engine.inspect(id), engine.image(spec.image)]);
  const found = differences(spec, image?.env ?? {}, actual);
  if (found.length === 0) return { outcome: 'refused', seen: 'it is as planned' };
  return { outcome: 'done', seen: found.map(({ what }) => what).join(', ') };
}

/** What came to the listener with a placeholder in it. */
function wrongHost(said: readonly string[], { value }: Canary): Observation {
  const sent = said.filter((text) => /^authorization:/im.test(text));
  if (sent.length === 0) return { outcome: 'error', seen: 'nothing arrived' };
  const swapped = sent.some((text) => text.includes(value));
  return swapped
    ? { outcome: 'done', seen: 'the secret arrived' }
    : { outcome: 'refused', seen: 'the placeholder arrived' };
}
