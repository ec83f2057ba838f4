import { describe, expect, it } from 'vitest';
import { pullTrouble } from '../../../src/engine/pullTrouble.ts';
import { registryHost } from '../../../src/engine/registryHost.ts';

const ref = 'localhost:45811/team/app:1';
const byDigest = `localhost:45811/team/app@sha256:${'8'.repeat(64)}`;

describe('the host of an image’s registry', () => {
  it.each([
    ['node:22-slim', undefined],
    ['team/app', undefined],
    ['docker.io/library/node', 'docker.io'],
    ['localhost/app', 'localhost'],
    [byDigest, 'localhost:45811'],
  ])('of %s is %s', (name, host) => {
    expect(registryHost(name)).toBe(host);
  });
});

// Recorded with Docker 20.10 and Podman 4.3 against docker-registry 2.8.
const LOGIN = 'localhost:45811 does not give localhost:45811/team/app:1 without a login that may have it';
const DIGEST = 'localhost:45811/team/app:1 is not what its digest says';
describe('what a person is told of a pull that failed', () => {
  it.each([
    ['docker', 'Head "http://localhost:45811/v2/team/app/manifests/1": no basic auth credentials', LOGIN],
    ['docker', 'Head "http://localhost:45811/v2/team/app/manifests/1": unauthorized: authentication required', LOGIN],
    [
      'podman',
      'initializing source docker://localhost:45811/team/app:1: reading manifest 1 in localhost:45811/team/app: unauthorized: authentication required',
      LOGIN,
    ],
    ['docker', `filesystem layer verification failed for digest sha256:${'9'.repeat(64)}`, DIGEST],
    ['docker', `manifest verification failed for digest sha256:${'8'.repeat(64)}`, DIGEST],
    [
      'podman',
      `writing blob: setting up to decompress blob: happened during read: Digest did not match, expected sha256:${'9'.repeat(64)}, got sha256:${'0'.repeat(64)}`,
      DIGEST,
    ],
    [
      'podman',
      `determining manifest MIME type for docker://${byDigest}: Manifest does not match provided manifest digest sha256:${'8'.repeat(64)}`,
      DIGEST,
    ],
    [
      'podman',
      `parsing image configuration: Download config.json digest sha256:${'3'.repeat(64)} does not match expected sha256:${'8'.repeat(64)}`,
      DIGEST,
    ],
    [
      'docker',
      'manifest for localhost:45811/team/app:1 not found: manifest unknown: manifest unknown',
      'localhost:45811 has no localhost:45811/team/app:1',
    ],
    [
      'podman',
      'initializing source docker://localhost:45811/team/app:1: reading manifest 1 in localhost:45811/team/app: manifest unknown: manifest unknown',
      'localhost:45811 has no localhost:45811/team/app:1',
    ],
    [
      'podman',
      'initializing source docker://localhost:45811/team/app:1: pinging container registry localhost:45811: Get "https://localhost:45811/v2/": http: server gave HTTP response to HTTPS client',
      'localhost:45811 speaks plain HTTP, which podman does not take from it',
    ],
    [
      'docker',
      'Get "http://localhost:45811/v2/": dial tcp 127.0.0.1:45811: connect: connection refused',
      'localhost:45811 cannot be reached',
    ],
    ['docker', 'something new', 'docker cannot pull localhost:45811/team/app:1'],
  ] as const)('by %s: %s', (kind, why, message) => {
    const error = pullTrouble(kind, ref, why);
    expect(error).toMatchObject({ trouble: 'image', message, why });
    expect(error.next.length).toBeGreaterThan(0);
  });

  it('names the login of the registry that wants one, which for a name without host is Docker’s own', () => {
    expect(pullTrouble('podman', ref, 'unauthorized').next[0]).toBe('podman login localhost:45811');
    const words = "pull access denied for acme/app, repository does not exist or may require 'docker login'";
    expect(pullTrouble('docker', 'acme/app:1', words)).toMatchObject({
      message: 'docker.io does not give acme/app:1 without a login that may have it',
      next: ['docker login docker.io', 'or mend the name, when there is no such image'],
    });
  });

  it('asks for the registry where podman does not know it', () => {
    const why = 'short-name "app:1" did not resolve to an alias and no unqualified-search registries are defined';
    expect(pullTrouble('podman', 'app:1', why).next).toEqual([
      'write the registry too, for example docker.io/library/app:1',
    ]);
  });
});
