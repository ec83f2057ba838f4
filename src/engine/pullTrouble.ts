import { UserError } from '../errors.ts';
import type { EngineKind } from '../plan/spec.ts';
import { registryHost } from './registryHost.ts';

interface Pull {
  readonly kind: EngineKind;
  readonly ref: string;
  readonly host: string;
}

type Story = (pull: Pull) => { readonly what: string; readonly next: readonly string[] };

/** The words of engines and registries, most telling first. test/unit/engine/pullTrouble.test.ts has recorded ones. */
const TABLE: readonly (readonly [RegExp, Story])[] = [
  [
    /no space left on device|disk quota exceeded/i,
    ({ kind, ref }) => ({ what: `no space is left for ${ref}`, next: [`${kind} system df`] }),
  ],
  [
    /verification failed|digest did not match|does not match (?:provided|expected)|mismatched? .*digest/i,
    ({ ref, host }) => ({
      what: `${ref} is not what its digest says`,
      next: [`nothing of it was kept; tell whoever runs ${host}, or push the image again`],
    }),
  ],
  [
    /no basic auth credentials|unauthori[sz]ed|authentication required|access (?:to the resource is )?denied|incorrect username or password/i,
    ({ kind, ref, host }) => ({
      what: `${host} does not give ${ref} without a login that may have it`,
      next: [`${kind} login ${host}`, 'or mend the name, when there is no such image'],
    }),
  ],
  [
    /server gave HTTP response to HTTPS client/,
    ({ kind, host }) => ({
      what: `${host} speaks plain HTTP, which ${kind} does not take from it`,
      next: [
        kind === 'docker'
          ? `"insecure-registries": ["${host}"] in Docker’s daemon.json`
          : `in ~/.config/containers/registries.conf: [[registry]] location = "${host}" insecure = true`,
      ],
    }),
  ],
  [
    /x509: |certificate/,
    ({ kind, host }) => ({
      what: `${kind} does not trust the certificate of ${host}`,
      next: [`its authority belongs in /etc/${kind === 'docker' ? 'docker' : 'containers'}/certs.d/${host}/ca.crt`],
    }),
  ],
  [
    /did not resolve to an alias/,
    ({ ref }) => ({
      what: `podman does not know whose ${ref} is meant`,
      next: [`write the registry too, for example docker.io/library/${ref}`],
    }),
  ],
  [
    /no such host|connection refused|i\/o timeout|network is unreachable|no route to host|name resolution/i,
    ({ kind, ref, host }) => ({
      what: `${host} cannot be reached`,
      next: [`${kind} pull ${ref}, when it can`, `or bring it from another machine: ${kind} save there, ${kind} load`],
    }),
  ],
  [
    /manifest unknown|name unknown|manifest .*not found|repository .*not found/i,
    ({ ref, host }) => ({ what: `${host} has no ${ref}`, next: ['look at its name and its tag or digest'] }),
  ],
];

/** The error for a pull that failed, `why` being the engine's own words. Pure. */
export function pullTrouble(kind: EngineKind, ref: string, why: string): UserError {
  const pull = { kind, ref, host: registryHost(ref) ?? 'docker.io' };
  const story = TABLE.find(([pattern]) => pattern.test(why))?.[1] ?? unknown;
  const { what, next } = story(pull);
  return new UserError('image', what, { why, next });
}

const unknown: Story = ({ kind, ref }) => ({
  what: `${kind} cannot pull ${ref}`,
  next: [`${kind} pull ${ref}, to see whether it can now`],
});
