import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Provider } from '../../../src/config/profile.ts';
import { resolveCredentials } from '../../../src/credentials/resolve.ts';
import { NO_ENV } from '../../../src/credentials/resolved.ts';
import { execute } from '../../../src/execute.ts';
import { ended, NOW, put, request, world } from '../credentials/support.ts';
import { temporary, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { provider } from './support.ts';

const named = (changes: Partial<Provider> = {}, more = {}) =>
  request({
    profile: profile({
      providers: { claude: provider({ name: 'bedrock', region: 'eu-central-1', ...changes }) },
      ...more,
    }),
  });
const fromEnv = (name: string) => ({ source: { env: name }, deliver: 'env', agents: undefined }) as const;
const KEY = { AccessKeyId: 'the-id', SecretAccessKey: 'the-secret' };
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

/** What the profile `dev` gives when `aws` (a stand-in, as there is no account here) does this. */
async function exported(script: string) {
  const bin = await temporary();
  await put(join(bin, 'aws'), `#!/bin/sh\n# A stand-in for aws.\n${script}\n`, 0o755);
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const deps = await world({ execute: (argv, options) => execute(argv, { ...options, env }) });
  return resolveCredentials(named({ profile: 'dev' }), deps);
}
const prints = (key: object) => exported(`echo '${JSON.stringify({ Version: 1, ...KEY, ...key })}'`);

describe('the key of an AWS profile', () => {
  test('is exported by aws, by the name of the profile', async () => {
    const { credentials, notices } = await exported(
      `[ "$*" = 'configure export-credentials --profile dev --format process' ] || exit 9
       echo '${JSON.stringify({ Version: 1, ...KEY })}'`,
    );
    expect(credentials).toMatchObject([
      { name: 'AWS_ACCESS_KEY_ID', source: 'aws profile dev', delivery: 'env', value: 'the-id' },
      { name: 'AWS_SECRET_ACCESS_KEY', value: 'the-secret' },
    ]);
    expect(credentials).toHaveLength(2);
    expect(notices).toEqual([]);
  });

  test('may end, which is said in its last hour', async () => {
    const soon = await prints({ SessionToken: 'the-session', Expiration: at(59) });
    expect(soon.credentials[2]).toMatchObject({ name: 'AWS_SESSION_TOKEN', expires: NOW + 59 * 60_000 });
    expect(soon.notices).toEqual(['the AWS key of profile dev ends in 59m, and this box gets no newer one']);
    expect((await prints({ Expiration: at(61) })).notices).toEqual([]);
    const over = await userError(() => prints({ Expiration: at(-1) }));
    expect(over.next).toEqual(['aws sso login --profile dev']);
  });

  test.each([
    [
      'an ended login',
      'echo "The SSO session associated with this profile has expired" >&2; exit 255',
      /aws sso login --profile dev/,
    ],
    [
      'an old aws',
      'echo "aws: error: argument subcommand: Invalid choice, valid choices are:" >&2; exit 2',
      /version 2/,
    ],
    ['no such profile', 'echo "The config profile (dev) could not be found" >&2; exit 255', /list-profiles/],
    ['something else', 'echo "Unable to locate credentials" >&2; exit 255', /by hand/],
    ['no JSON', 'echo the-secret', /by hand/],
    [
      'JSON of another kind',
      `echo '{"Version":2,"AccessKeyId":"the-secret","SecretAccessKey":"the-secret"}'`,
      /by hand/,
    ],
  ])('is refused with the remedy: %s', async (_, script, remedy) => {
    const error = await userError(() => exported(script));
    expect(error.message).toBe('no AWS credentials of profile dev');
    expect(error.next.join()).toMatch(remedy);
    expect(JSON.stringify([error.message, error.why, error.next])).not.toContain('the-secret');
  });

  test('needs an aws that is there, and that answers', async () => {
    for (const [end, why] of [
      [{ code: 127, missing: true }, 'there is no program aws'],
      [{ code: 1, timedOut: true }, 'it took longer than 30 s'],
    ] as const) {
      const deps = await world({ execute: async () => ended(end) });
      expect((await userError(() => resolveCredentials(named({ profile: 'dev' }), deps))).why).toBe(why);
    }
  });

  test('does not stand beside another key', async () => {
    const both = named({ profile: 'dev' }, { credentials: { AWS_SESSION_TOKEN: fromEnv('X') } });
    const error = await userError(async () => resolveCredentials(both, await world({ env: { X: 'x' } })));
    expect(error.message).toBe('claude has two keys for bedrock: profile dev, and AWS_SESSION_TOKEN');
  });
});

describe('Bedrock', () => {
  test('is served by a key of two or three parts, and not by one of them', async () => {
    const deps = await world({ env: { I: 'id', S: 'secret' } });
    const credentials = { AWS_ACCESS_KEY_ID: fromEnv('I'), AWS_SECRET_ACCESS_KEY: fromEnv('S') };
    expect((await resolveCredentials(named({}, { credentials }), deps)).credentials).toHaveLength(2);
    const half = { AWS_ACCESS_KEY_ID: fromEnv('I') };
    const error = await userError(() => resolveCredentials(named({}, { credentials: half }), deps));
    expect(error.next).toEqual([
      'in config.yaml, client acme: providers.claude.profile: NAME   (a profile of the aws command)',
      'in config.yaml, client acme: credentials: { AWS_ACCESS_KEY_ID: { env: AWS_ACCESS_KEY_ID }, AWS_SECRET_ACCESS_KEY: { env: AWS_SECRET_ACCESS_KEY } }',
    ]);
  });

  test('is served by a bearer token alone', async () => {
    const env = { ...NO_ENV, flags: { AWS_BEARER_TOKEN_BEDROCK: 'x' } };
    expect((await resolveCredentials({ ...named(), env }, await world())).credentials).toEqual([]);
  });

  test('takes for client default all parts of the key in the environment of the caller', async () => {
    const own = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' };
    const byDefault = named({}, { client: 'default', login: 'host' });
    const { credentials } = await resolveCredentials(byDefault, await world({ env: own }));
    expect(credentials.map(({ name }) => name)).toEqual(Object.keys(own));
    const bearer = await world({ env: { ...own, AWS_BEARER_TOKEN_BEDROCK: 'x' } });
    expect((await resolveCredentials(byDefault, bearer)).credentials).toMatchObject([
      { name: 'AWS_BEARER_TOKEN_BEDROCK' },
    ]);
    const none = await userError(async () => resolveCredentials(byDefault, await world()));
    expect(none.next).toContain('export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…');
    expect(none.next.join()).not.toContain('agentbox login');
  });
});
