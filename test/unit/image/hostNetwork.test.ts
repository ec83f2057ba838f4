import { describe, expect, it } from 'vitest';
import type { Execute } from '../../../src/execute.ts';
import { proxiesOf, registryOf } from '../../../src/image/hostNetwork.ts';

describe('the proxies of the host', () => {
  it('are taken in both spellings, and nothing else is', () => {
    const env = {
      HTTPS_PROXY: 'http://proxy:3128',
      http_proxy: 'proxy:3128',
      NO_PROXY: 'localhost',
      HOME: '/home/me',
      FTP_PROXY: '',
    };
    expect(proxiesOf(env)).toEqual({
      HTTPS_PROXY: 'http://proxy:3128',
      http_proxy: 'proxy:3128',
      NO_PROXY: 'localhost',
    });
  });

  it.each(['http://127.0.0.1:3128', 'localhost:8080', 'http://[::1]:1', 'http://user:pw@localhost:1'])(
    'leave out %s, which a build would look for in itself',
    (proxy) => {
      expect(proxiesOf({ HTTP_PROXY: proxy })).toEqual({});
    },
  );
});

describe('the npm registry of the host', () => {
  const npm =
    (stdout: string, code = 0): Execute =>
    async () => ({ code, stdout, stderr: '', timedOut: false, missing: code === 127 });

  it('is the one that npm names', async () => {
    expect(await registryOf(npm('https://npm.corp.example/\n'), {})).toBe('https://npm.corp.example/');
  });

  it('is asked for without the secrets of the caller', async () => {
    const seen: unknown[] = [];
    const watch: Execute = async (argv, options) => {
      seen.push(options?.env);
      return npm('https://npm.corp.example/')(argv, options);
    };
    const env = {
      PATH: '/bin',
      HOME: '/me',
      NPM_CONFIG_USERCONFIG: '/rc',
      NPM_TOKEN: 'hush',
      npm_config__auth: 'hush',
    };
    await registryOf(watch, env);
    expect(seen).toEqual([{ PATH: '/bin', HOME: '/me', NPM_CONFIG_USERCONFIG: '/rc' }]);
  });

  it.each([
    ['there is no npm', npm('', 127)],
    ['npm names none', npm('undefined')],
    ['it is on this host', npm('http://localhost:4873/')],
    ['its address holds a password, which the image would remember', npm('https://me:secret@npm.corp.example/')],
  ])('is left to the image when %s', async (_, execute) => {
    expect(await registryOf(execute, {})).toBeUndefined();
  });
});
