import { UserError } from '../../errors.ts';
import { VERSION } from '../../version.ts';
import { withoutLogin } from '../upstream.ts';
import type { BlockedCounts } from './blockedCounts.ts';
import type { GatewayLink } from './gatewayLink.ts';
import { addRule, forgetBox, forgetRules, type KeptState } from './keptState.ts';
import type { KeeperRequest, NewBox, Replies, ShownBox } from './protocol.ts';

/** What requests act on. */
export interface RequestDeps {
  readonly state: KeptState;
  readonly link: GatewayLink;
  readonly blocked: BlockedCounts;
  readonly gatewayImage: string;
  readonly now: () => Date;
  /** Forgets boxes that have ended. */
  readonly look: () => Promise<void>;
  /** The box came just now: it may not be there yet. */
  readonly added: (name: string) => void;
  /** Somebody answered what was held. */
  readonly settled: (held: string, verdict: 'allow' | 'deny') => void;
  /** Nobody needs the gateway: no box of the client may run, and who asks is the only one connected. */
  readonly idle: () => Promise<boolean>;
  readonly end: (leave: 'gateway' | 'nothing') => Promise<void>;
}

/** What needs nothing of what an earlier keeper knew. */
const AT_ONCE: readonly KeeperRequest['op'][] = ['hello', 'add', 'retire', 'stop'];
/** What tells a person of boxes, and must not name one that is no more. */
const ABOUT_BOXES: readonly KeeperRequest['op'][] = ['show', 'allow', 'deny'];

/** Does what one request asks for; `watch` is the connection's own matter. Throws UserError. */
export async function handle(request: KeeperRequest, deps: RequestDeps): Promise<Replies[keyof Replies]> {
  const { state, link, blocked } = deps;
  if (!AT_ONCE.includes(request.op)) await link.looked;
  if (ABOUT_BOXES.includes(request.op)) await deps.look();
  switch (request.op) {
    case 'hello':
      return { version: VERSION, gatewayImage: deps.gatewayImage };
    case 'add':
      return add(request, deps);
    case 'remove':
      blocked.drop(request.name);
      if (forgetBox(state, request.name)) await link.put();
      return {};
    case 'show':
      return show(deps);
    case 'allow':
    case 'deny':
      return rule(request, deps);
    case 'forget': {
      const removed = forgetRules(state, request.text, request.box);
      if (removed > 0) await link.put();
      return { removed };
    }
    case 'answer':
      link.answer(request.held, request.verdict);
      deps.settled(request.held, request.verdict);
      return {};
    case 'summary':
      return { blocked: blocked.of(request.name) };
    case 'retire':
      await deps.end('gateway');
      return {};
    case 'stop':
      if (request.idle && !(await deps.idle())) return { stopped: false };
      await deps.end('nothing');
      return { stopped: true };
    default:
      throw new UserError('state', `the keeper does not know ${(request as { op: unknown }).op}`);
  }
}

/** What the gateway did not acknowledge is taken back: the box must not start. */
async function add(
  { box, upstream, authorities }: Extract<KeeperRequest, { op: 'add' }>,
  { state, link, now, added }: RequestDeps,
): Promise<Replies['add']> {
  const { authority, tls } = await authorityOf(box, now());
  Object.assign(state, { upstream, authorities });
  state.boxes.set(box.name, { ...box, tls });
  added(box.name);
  try {
    return { revision: await link.put(), authority };
  } catch (error) {
    forgetBox(state, box.name);
    throw error;
  }
}

async function authorityOf({ brokered }: NewBox, now: Date) {
  const hosts = [...new Set(brokered.flatMap(({ hosts, tokenHost = [] }) => hosts.concat(tokenHost).map(nameOf)))];
  if (hosts.length === 0) return { authority: undefined, tls: undefined };
  const { makeAuthority } = await import('./certificate.ts');
  const { authority, certificate, key } = await makeAuthority(hosts, now);
  return { authority, tls: { certificate, key } };
}

const nameOf = (host: string) => host.replace(/:\d+$/, '');

/** A rule counts when the gateway has it, or not at all. */
async function rule(
  { rule, box }: Extract<KeeperRequest, { op: 'allow' | 'deny' }>,
  { state, link }: RequestDeps,
): Promise<Replies['allow']> {
  if (state.boxes.size === 0) throw new UserError('box', 'no box runs');
  if (box !== undefined && !state.boxes.has(box)) throw new UserError('box', `there is no box ${box}`);
  const before = state.live;
  const id = addRule(state, rule, box);
  try {
    return { revision: await link.put() };
  } catch (error) {
    const replaced = before.filter(
      (one) => !state.live.includes(one) && one.rule.text === rule.text && one.box === box,
    );
    state.live = [...replaced, ...state.live.filter((one) => one.id !== id)];
    throw error;
  }
}

function show({ state, link }: RequestDeps): Replies['show'] {
  const { boxes, live, upstream } = state;
  const shown = ({ name, policy, brokered, forwards = [] }: Omit<NewBox, 'socket'>): ShownBox => ({
    name,
    rules: policy.rules,
    brokered: brokered.map(({ name, hosts }) => ({ name, hosts })),
    forwards: forwards.map(({ host, port, boxPort }) => ({ host, port, boxPort })),
  });
  return {
    boxes: [...boxes.values()].map(shown),
    live,
    upstream: upstream === undefined ? undefined : withoutLogin(upstream.url),
    gateway: link.status(),
  };
}
