import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressAttacks } from './attacks/addresses.ts';
import { type Attack, https, type Outcome, type Probe } from './attacks/attack.ts';
import { BROKERING, brokeringFault, heardOf } from './attacks/broker.ts';
import { type AttackHosts, startAttackHosts } from './attacks/hosts.ts';
import { httpAttacks } from './attacks/http.ts';
import { fault, passed, probesOf, rowsOf } from './attacks/judge.ts';
import { nameAttacks } from './attacks/names.ts';
import { pastAttacks } from './attacks/past.ts';
import { tlsAttacks } from './attacks/tls.ts';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { tryInside } from './support/inside.ts';
import { type Ended, type Lab, makeLab } from './support/lab.ts';

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const GROUNDS = gatewayGrounds().filter(({ gvisor }) => ALL || !gvisor);
const TURNS = 12;

describe.each(GROUNDS.map((ground) => [ground.name, ground] as const))('from inside a box on %s', (_, ground) => {
  const value = `value-${randomBytes(12).toString('hex')}`;
  let lab: Lab;
  let hosts: AttackHosts;
  let attacks: readonly Attack[];
  let ended: Ended;
  let outcomes: ReadonlyMap<string, Outcome>;
  let elsewhere: ReadonlyMap<string, Outcome>;
  let open: ReadonlyMap<string, Outcome>;
  let evilBefore: number;
  let placeholder: string;

  // One box for everything, one of another client, and one with an open network for the twins of what goes past the gateway.
  beforeAll(async () => {
    hosts = await startAttackHosts();
    lab = makeLab(ground);
    const [other, free] = ['other', 'free'].map((name) => join(lab.dir, 'work', name)) as [string, string];
    for (const project of [other, free]) {
      mkdirSync(project);
      if (process.getuid?.() === 0) chownSync(project, ground.owner.uid, ground.owner.gid);
    }
    lab.write(join(lab.home, 'keep/token'), value);
    lab.write(join(lab.home, 'keep/other'), 'value-of-the-other');
    const freeClient = { ...common(), network: 'open', projects: [free] };
    lab.config(JSON.stringify({ clients: { acme: acme(), other: otherClient(other), free: freeClient } }));
    const { targets, network, evil } = hosts;
    attacks = [...nameAttacks(targets), ...addressAttacks(targets), ...httpAttacks(targets), ...tlsAttacks(targets)];
    const more = new Map([...past(), ...brokering(), ...turns(), ['placeholder', shell('echo "$LAB_TOKEN"')] as const]);
    const how = { flags: ['--engine-arg', `dns=${network.dns.address}`], env: network.env };
    const tried = await tryInside(lab, new Map([...probesOf(attacks), ...more]), { client: 'acme', ...how });
    ({ outcomes, ended } = tried);
    placeholder = outcomes.get('placeholder')?.text.trim() ?? '';
    evilBefore = evil.count();
    ({ outcomes: elsewhere } = await tryInside(lab, strangers(), { client: 'other', project: other, ...how }));
    ({ outcomes: open } = await tryInside(lab, past(), { client: 'free', project: free, ...how }));
  });

  afterAll(async () => {
    lab?.close();
    await hosts?.network.close();
  });

  const shell = (run: string): Probe => ({ kind: 'shell', run });
  const past = () => new Map(pastAttacks(hosts.targets).map(({ probe }, index) => [`q${index}x`, probe(`q${index}x`)]));
  const brokering = () => new Map(BROKERING.map(({ probe }, index) => [`b${index}x`, probe(`b${index}x`)]));
  const turns = () => {
    const names = Array.from({ length: TURNS }, (_none, index) => `t${index}x`);
    // By then the first answer is forgotten.
    const late = ['late', shell('sleep 6; curl -sS -m 4 https://turning.lab.test/late 2>&1')] as const;
    const probes = names.map((id, index) => [id, https(index < 9 ? 'turning.lab.test' : 'both.lab.test')(id)] as const);
    return new Map<string, Probe>([...probes, late]);
  };
  const strangers = (): ReadonlyMap<string, Probe> =>
    new Map<string, Probe>([
      ['o1x', https('only.lab.test')('o1x')],
      ['o2x', https('good.lab.test')('o2x')],
      ['list', shell('ls -A /run/agentbox-gateway')],
      ['find', shell('find /run/agentbox-gateway -mindepth 1 | grep -q . && echo found')],
      ['write', shell('touch /run/agentbox-gateway/x && echo written')],
      ['arguments', shell('cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -oE "[0-9a-f]{32}"')],
      [
        'o3x',
        {
          kind: 'tls',
          to: 'api.lab.test:443',
          name: 'api.lab.test',
          ask: `GET /o3x HTTP/1.1\r\nHost: api.lab.test\r\nX-Api-Key: ${placeholder}\r\nX-Mine: {env:LAB_TOKEN}\r\n\r\n`,
        },
      ],
    ]);

  const common = () => ({
    agent: 'shell',
    network: 'gateway',
    allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
  });
  const token = (name: string, names: readonly string[]) => ({
    LAB_TOKEN: { file: join(lab.home, 'keep', name), hosts: names, deliver: 'broker' },
  });
  const acme = () => ({
    ...common(),
    ...hosts.rules,
    projects: [lab.project],
    credentials: token('token', ['api.lab.test', 'fake.lab.test']),
  });
  const otherClient = (project: string) => ({
    ...common(),
    projects: [project],
    allow: ['only.lab.test', 'api.lab.test', hosts.network.lowerHalf],
    credentials: token('other', ['api.lab.test']),
  });
  const faultsOf = <T extends { readonly what: string }>(all: readonly T[], judge: (one: T) => string | undefined) =>
    all.flatMap((one) => {
      const what = judge(one);
      return what === undefined ? [] : [`${one.what}: ${what}`];
    });

  it('everything on the list is refused, and its twin passes', () => {
    const rows = rowsOf(attacks, outcomes);
    expect(rows.length).toBeGreaterThan(300);
    expect(faultsOf(rows, fault)).toEqual([]);
  });

  it('no host has heard of an attack, and the one that nothing allows has had no connection', () => {
    const rows = rowsOf(attacks, outcomes);
    expect(rows.flatMap(({ what, id }) => hosts.heard.who(id).map((host) => `${host} heard: ${what}`))).toEqual([]);
    expect(evilBefore).toBe(0);
  });

  it('no name server is asked for a name that no rule covers', () => {
    const asked = [...new Set(hosts.network.dns.asked.map(({ name }) => name.toLowerCase()))];
    expect(asked.filter((name) => /evil|denied|below|gist|metadata|localhost|internal/.test(name))).toEqual([]);
    expect(asked).toContain('good.lab.test');
  });

  it('a name that changes its address is asked for once and dialled where it was checked', () => {
    const ids = [...turns().keys()].filter((id) => id !== 'late');
    const through = ids.filter((id) => passed(outcomes.get(id) ?? { text: '', ended: '' }, id));
    expect(through).not.toEqual([]);
    expect(through.flatMap((id) => hosts.heard.who(id)).filter((host) => host !== 'good')).toEqual([]);
    const asked = hosts.network.dns.asked.filter(({ name, type }) => name === 'turning.lab.test' && type === 'A');
    expect(asked).toHaveLength(2);
    expect(outcomes.get('late')?.text).toContain('403');
  });

  it('nothing goes past the gateway, as it does from a box with an open network', () => {
    const ways = pastAttacks(hosts.targets).map((one, index) => ({ ...one, id: `q${index}x` }));
    const works = (all: ReadonlyMap<string, Outcome>) =>
      ways.filter((one) => one.works.test(all.get(one.id)?.text ?? ''));
    expect(works(outcomes).map(({ what }) => what)).toEqual([]);
    const open_ = works(open).map(({ what }) => what);
    expect(ways.filter(({ twin, what }) => twin && !open_.includes(what)).map(({ what }) => what)).toEqual([]);
  });

  it('a placeholder becomes the secret only where it may', () => {
    expect(placeholder).not.toBe('');
    expect(placeholder).not.toContain(value);
    const all = BROKERING.map((one, index) => ({ ...one, id: `b${index}x` }));
    const faults = faultsOf(all, (one) =>
      brokeringFault(one, heardOf(hosts.heard.from, one.id), { value, placeholder }),
    );
    expect(faults).toEqual([]);
    expect(JSON.stringify([...outcomes])).not.toContain(value);
  });

  it('another client has its own policy and secrets, and finds no socket', () => {
    const of = (id: string) => elsewhere.get(id) ?? { text: '', ended: '' };
    expect(passed(of('o1x'), 'o1x'), JSON.stringify(of('o1x'))).toBe(true);
    expect(of('o2x').text).toContain('403');
    expect([of('list').text, of('find').text, of('write').text, of('arguments').text]).toEqual(['', '', '', '']);
    const heard = heardOf(hosts.heard.from, 'o3x');
    expect(heard).toContain(`X-Api-Key: ${placeholder}`);
    expect(heard).toContain('X-Mine: value-of-the-other');
  });

  it('none of it ends the proxy', () => {
    const log = readFileSync(join(lab.data, 'clients/acme/keeper.log'), 'utf8');
    expect(log).toContain('the gateway serves');
    expect(log).not.toContain('died');
  });

  it('the run says what was blocked, and how to allow it', () => {
    expect(ended.stderr).toMatch(/the gateway blocked \d+ requests: /);
    expect(ended.stderr).toContain('agentbox net allow --client acme');
    expect(readFileSync(join(lab.data, 'clients/acme/network.jsonl'), 'utf8')).toContain('"host":"evil.lab.test"');
  });
});
