import { expect, it } from 'vitest';
import { podmanEnvironment } from '../../../src/engine/podman/environment.ts';

it("gives podman what it reads, and none of the caller's other variables", () => {
  const kept = {
    HOME: '/home/user',
    PATH: '/usr/bin',
    XDG_RUNTIME_DIR: '/run/user/1000',
    CONTAINERS_CONF: '/c.conf',
    HTTPS_PROXY: 'http://proxy',
    LC_ALL: 'C',
  };
  const dropped = {
    ANTHROPIC_API_KEY: 's3cret',
    AWS_SECRET_ACCESS_KEY: 's3cret',
    NOTIFY_SOCKET: '/x',
    UNSET: undefined,
  };
  expect(podmanEnvironment({ ...kept, ...dropped })).toEqual(kept);
});
