import { networkInterfaces } from 'node:os';
import type { Records } from '../../stand-ins/dnsServer.ts';
import { makeAuthority } from '../support/authority.ts';
import { type Heard, makeHeard, startLabHost } from '../support/labHosts.ts';
import { type Host, type LabNetwork, makeLabNetwork } from '../support/labNetwork.ts';
import type { Targets } from './attack.ts';

/** The lab network with all hosts that attacks are about. */
export interface AttackHosts {
  readonly network: LabNetwork;
  readonly targets: Targets;
  readonly heard: Heard;
  /** The host at an address that nothing allows. */
  readonly evil: Host;
  /** The rules of the client that is attacked from. */
  readonly rules: { readonly allow: readonly string[]; readonly deny: readonly string[] };
}

const [GOOD, SERVICES, DENIED, API, ONLY, FAKE, EVIL] = [10, 11, 12, 13, 14, 15, 200] as const;
/** Names of the one address that nothing allows. */
const EVILS = [
  ...['evil.lab.test', 'evilgood.lab.test', 'good.lab.test.evil.test', 'evilwild.lab.test', 'wild.lab.test'],
  ...['denied.wild.lab.test', 'deep.below.wild.lab.test', 'gist.github.com', 'out.lab.test'],
];

/** Makes the network and starts every host. */
export async function startAttackHosts(): Promise<AttackHosts> {
  const network = await makeLabNetwork();
  const heard = makeHeard();
  const at = network.address;
  const host = (names: readonly string[], last: number, name: string) =>
    startLabHost(network, { names, address: at(last), serve: heard.serve(name) });
  await host(['good.lab.test', 'a.wild.lab.test', 'a.b.wild.lab.test', 'github.com'], GOOD, 'good');
  await host(['taken.lab.test'], DENIED, 'denied');
  await host(['api.lab.test'], API, 'api');
  await host(['only.lab.test'], ONLY, 'only');
  await network.tls(['tls.lab.test'], { address: at(SERVICES), port: 8443 }, heard.serve('tls'));
  await network.tcp({ address: at(SERVICES), port: 22 }, heard.serve('ssh'));
  const stranger = makeAuthority();
  await network.tls(['fake.lab.test'], { address: at(FAKE), port: 443 }, heard.serve('fake'), stranger);
  stranger.close();
  const evil = await host(EVILS, EVIL, 'evil');
  await network.udp({ address: at(EVIL), port: 443 });
  const names: Readonly<Record<string, readonly string[] | Records>> = {
    'tls.lab.test': [at(SERVICES)],
    'ssh.lab.test': [at(SERVICES)],
    'fake.lab.test': [at(FAKE)],
    'inner.lab.test': [at(EVIL)],
    'loop.lab.test': ['127.0.0.1'],
    'meta.lab.test': ['169.254.169.254'],
    'mapped.lab.test': [`::ffff:${at(EVIL)}`],
    'none.lab.test': [],
    'both.lab.test': [at(EVIL), at(GOOD)],
    'turning.lab.test': turning([at(GOOD)], [at(EVIL)]),
  };
  for (const [name, addresses] of Object.entries(names)) network.names.set(name, addresses);
  return {
    network,
    heard,
    evil,
    targets: {
      good: 'good.lab.test',
      goodAddress: at(GOOD),
      evil: 'evil.lab.test',
      evilAddress: at(EVIL),
      deniedAddress: at(DENIED),
      machine: machineAddresses(),
      dns: network.dns.address,
    },
    rules: {
      allow: [
        ...['good.lab.test', '*.wild.lab.test', 'tls.lab.test:8443', 'ssh.lab.test:22', 'api.lab.test', 'github'],
        ...['inner', 'loop', 'meta', 'mapped', 'taken', 'none', 'both', 'turning', 'fake'].map(
          (name) => `${name}.lab.test`,
        ),
        network.lowerHalf,
        ...[8443, 22].map((port) => `${at(SERVICES)}:${port}`),
      ],
      deny: ['denied.wild.lab.test', '*.below.wild.lab.test', 'gist.github.com', `${at(DENIED)}/32`],
    },
  };
}

/** One answer for odd questions and another for even ones, as who rebinds a name gives. */
function turning(odd: readonly string[], even: readonly string[]): Records {
  let asked = 0;
  return ({ type }) => {
    if (type !== 'A') return [];
    asked += 1;
    return asked % 2 === 1 ? odd : even;
  };
}

/** Addresses by which this machine might be reached from a container. */
function machineAddresses(): readonly string[] {
  return Object.entries(networkInterfaces())
    .filter(([name]) => !name.startsWith('abxlab'))
    .flatMap(([, list]) => (list ?? []).map(({ address }) => address))
    .filter((address) => !address.startsWith('127.') && address !== '::1');
}
