import { expect, it } from 'vitest';
import { keeperEnv } from '../../../../src/network/keeper/keeperEnv.ts';

it('a keeper has what leads it to engines and programs, and nothing that looks like a secret', () => {
  const kept = {
    PATH: '/bin',
    HOME: '/h',
    DOCKER_HOST: 'unix:///x',
    SSH_AUTH_SOCK: '/s',
    HTTP_PROXY: 'http://proxy.test:1',
  };
  const left = {
    ANTHROPIC_API_KEY: 'x',
    GITHUB_TOKEN: 'x',
    AWS_SECRET_ACCESS_KEY: 'x',
    DB_PASSWORD: 'x',
    HTTPS_PROXY: 'http://user:pw@proxy.test:1',
    DATABASE_URL: 'postgres://user:pw@db.test/x',
  };
  expect(keeperEnv({ ...kept, ...left, CORP: 'x', UNSET: undefined }, ['CORP'])).toEqual(kept);
});
