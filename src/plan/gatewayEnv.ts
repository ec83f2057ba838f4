import type { Profile } from '../config/profile.ts';
import { RELAY_PORT } from '../network/protocol.ts';
import { valuesOf } from './engineArgs.ts';

const PROXY = `http://127.0.0.1:${RELAY_PORT}`;
/** What the stage writes in every box with a gateway: the authorities of its image and those that are trusted besides. */
const AUTHORITIES = '/run/agentbox/ca-certificates.crt';

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
/** What programs call the file with the authorities that they trust. */
const AUTHORITY_VARIABLES = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
  'AWS_CA_BUNDLE',
  'DENO_CERT',
];

/** The variables that lead the programs of a box to its gateway; none is secret. Pure. */
export function gatewayEnv(profile: NodeChoice): Readonly<Record<string, string>> {
  // Without the second each node would say that the first is new; one before 20 would refuse to start with it.
  const quiet = isOurNode(profile) ? { NODE_OPTIONS: '--disable-warning=UNDICI-EHPA' } : {};
  return { ...COMMON, NODE_USE_ENV_PROXY: '1', ...quiet };
}

type NodeChoice = Pick<Profile, 'image' | 'dockerfile' | 'devcontainer' | 'toolchains'>;

/** True where the node that programs find is of agentbox's own image, or one that the user named and is new enough. */
function isOurNode({ image, dockerfile, devcontainer, toolchains }: NodeChoice): boolean {
  return (
    image === undefined &&
    dockerfile === undefined &&
    !devcontainer &&
    Number.parseInt(toolchains.node ?? '22', 10) >= 22
  );
}

const COMMON: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PROXY_VARIABLES.flatMap((name) => bothCases(name, PROXY))),
  ...Object.fromEntries(bothCases('NO_PROXY', 'localhost,127.0.0.1,::1')),
  ...Object.fromEntries(AUTHORITY_VARIABLES.map((name) => [name, AUTHORITIES])),
};

/** Names with addresses of the user's choice (`--engine-arg add-host=NAME:ADDRESS`), lower case; for the gateway. Pure. */
export function hostsOf(engineArgs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    valuesOf(engineArgs, 'add-host').map((value) => {
      const colon = value.indexOf(':');
      return [value.slice(0, colon).toLowerCase(), value.slice(colon + 1)];
    }),
  );
}

/** Name servers in the place of the engine's (`--engine-arg dns=ADDRESS`); for the gateway. Pure. */
export function dnsOf(engineArgs: Readonly<Record<string, string>>): readonly string[] {
  return valuesOf(engineArgs, 'dns');
}

function bothCases(name: string, value: string): readonly (readonly [string, string])[] {
  return [
    [name, value],
    [name.toLowerCase(), value],
  ];
}
