import type { DoctorFacts } from './facts.ts';
import { type Finding, finding } from './finding.ts';

const GIB = 1024 ** 3;
/** An agent's image takes about one, its build more. */
const LITTLE = 4 * GIB;
const NOTHING = GIB / 2;

/** What is to be said of config.yaml. Pure. */
export function judgeSettings({ settings, clients, forgotten }: DoctorFacts): readonly Finding[] {
  const { file, exists, failure } = settings;
  if (failure !== undefined) return [finding('settings', 'problem', failure.what, failure)];
  const count = clients.length === 1 ? '1 client' : `${clients.length} clients`;
  return [
    exists
      ? finding('settings', 'ok', `${file}, ${count}`)
      : finding('settings', 'ok', 'no config.yaml; the built-in settings hold'),
    ...forgotten.map((client) =>
      finding('settings', 'note', `client ${client} has state and is not in config.yaml`, {
        why: 'its logins and conversations are still on this machine',
        next: [`agentbox client add ${client}`, `or: agentbox client rm ${client}`],
      }),
    ),
  ];
}

/** What is to be said of the keychain; one that nobody uses is no problem. Pure. */
export function judgeKeychain({ keychain, usesKeychain }: DoctorFacts): readonly Finding[] {
  const { state, why, next } = keychain;
  if (state === 'ready') return [finding('keychain', 'ok', 'the keychain answers')];
  const what = {
    locked: 'the keychain is locked',
    absent: 'there is no keychain',
    unusable: 'the keychain cannot be used',
  }[state];
  return [finding('keychain', usesKeychain ? 'problem' : 'note', what, { why, next })];
}

/** What is to be said of free room. Pure. */
export function judgeDisks({ disks }: DoctorFacts): readonly Finding[] {
  return disks.map(({ path, purpose, free }) => {
    const what = `${(free / GIB).toFixed(1)} GiB free for ${purpose} (${path})`;
    if (free >= LITTLE) return finding('disk', 'ok', what);
    const next = ['agentbox images prune', `df -h ${path}`];
    return free < NOTHING
      ? finding('disk', 'problem', what, { why: 'builds and agents will run out of it', next })
      : finding('disk', 'note', what, { why: 'the build of an image can need more', next });
  });
}

/** What is to be said of proxies and extra authorities. Pure. */
export function judgeNetwork(facts: DoctorFacts): readonly Finding[] {
  const { proxies, authorities, missedAuthorities, platform } = facts;
  const names = proxies.map(({ name }) => name).join(', ');
  const local = proxies.filter((proxy) => proxy.local).map(({ name }) => name);
  const open = proxies.filter((proxy) => proxy.password).map(({ name }) => name);
  return [
    finding('network', 'ok', proxies.length === 0 ? 'no proxy is set' : `proxy from ${names}; builds use it`),
    ...(local.length === 0
      ? []
      : [
          finding('network', 'note', `${local.join(', ')}: only this machine can reach it`, {
            why: 'a build runs in a container, where that address is another machine, so builds go without it',
            next: ['name the proxy by an address that containers can reach'],
          }),
        ]),
    ...(open.length === 0
      ? []
      : [
          finding('network', 'note', `${open.join(', ')}: the address holds a password`, {
            why: 'every program that you start can read it',
            next: ['use a proxy on this machine that adds the password'],
          }),
        ]),
    finding('network', 'ok', `${authorities} extra authorities of this machine go into images`),
    ...missedAuthorities.map(({ variable, file }) =>
      finding('network', 'note', `${variable} names authorities that images do not get (${file})`, {
        why: 'programs in boxes will not trust what you trust here',
        next:
          platform === 'darwin'
            ? [`env: { NODE_EXTRA_CA_CERTS: … } with a mount of ${file}, in config.yaml`]
            : [
                `sudo cp ${file} /usr/local/share/ca-certificates/extra.crt && sudo update-ca-certificates`,
                'agentbox build',
              ],
      }),
    ),
  ];
}
