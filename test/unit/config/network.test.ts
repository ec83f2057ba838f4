import { expect, test } from 'vitest';
import { NO_FLAGS, type RunFlags } from '../../../src/config/flags.ts';
import { profileOf } from '../../../src/config/merge.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { parsed, userError } from '../support/config.ts';

const merged = async (text: string, flags: Partial<RunFlags> = {}) =>
  profileOf(await parsed(text), 'acme', { ...NO_FLAGS, ...flags }, ['claude', 'shell']);

async function problems(text: string): Promise<readonly string[]> {
  const error = await userError(() => parsed(text));
  if (!(error instanceof ConfigError)) throw error;
  return error.problems.map(({ path, line, message }) => `${line} ${path}: ${message}`);
}

test('rules of defaults, client and flags add up, and each knows where it stands', async () => {
  const { profile, origin } = await merged(
    `
defaults: { allow: [npm], deny: [evil.example.com], proxy: none }
clients: { acme: { allow: ["*.corp.test:8443", 10.0.0.0/8] } }
`,
    { allow: ['github'], deny: ['fd00::/8'] },
  );
  expect(profile.allow).toEqual([
    { text: 'npm', from: 'config' },
    { text: '*.corp.test:8443', from: 'config' },
    { text: '10.0.0.0/8', from: 'config' },
    { text: 'github', from: '--allow' },
  ]);
  expect(profile.deny).toEqual([
    { text: 'evil.example.com', from: 'config' },
    { text: 'fd00::/8', from: '--deny' },
  ]);
  expect(profile.proxy).toBe('none');
  expect([0, 1, 2, 3].map((index) => origin[`allow[${index}]`])).toEqual(['defaults', 'client', 'client', 'flag']);
});

test('a wrong rule is told with its path, its line and what was likely meant', async () => {
  expect(
    await problems(`
defaults:
  allow:
    - npm
    - nmp
  deny: [https://user:s3cret@example.com/path]
clients:
  acme:
    allow: [10.1.2.3/8, 0.0.0.0/0, "127.1"]
`),
  ).toEqual([
    '5 defaults.allow[1]: is no preset, did you mean npm? (a host without a dot needs its port: nmp:443)',
    '6 defaults.deny[0]: is no rule, which is a host alone, such as example.com or example.com:8443',
    '9 clients.acme.allow[0]: is no range, did you mean 10.0.0.0/8?',
    '9 clients.acme.allow[1]: is too wide a range, at most /8 (* is every name)',
    '9 clients.acme.allow[2]: is no rule: neither the name of a host, nor an address or range in its usual form',
  ]);
});

test('a number where a rule belongs, and more rules than anybody writes, are mistakes', async () => {
  expect(await problems('defaults: { allow: [127.1] }')).toEqual([
    '1 defaults.allow[0]: must be text, put it in quotes',
  ]);
  const many = Array.from({ length: 501 }, (_, index) => `h${index}.example.com`);
  expect(await problems(`defaults: { deny: [${many.join(', ')}] }`)).toEqual([
    '1 defaults.deny: has more than 500 rules',
  ]);
});

test('a proxy is host, none or an address without a password', async () => {
  for (const proxy of ['host', 'none', 'http://proxy.corp.test:3128', 'https://proxy.corp.test']) {
    expect((await merged(`clients: { acme: { proxy: "${proxy}" } }`)).profile.proxy).toBe(proxy);
  }
  for (const proxy of ['direct', 'http://user:pw@proxy.corp.test', 'socks5://proxy.corp.test']) {
    expect(await problems(`clients: { acme: { proxy: "${proxy}" } }`)).toEqual([
      '1 clients.acme.proxy: is neither host, none nor an address such as http://proxy.acme.test:3128, without a password in it',
    ]);
  }
});

test('a rule for every name needs consent, in the configuration or by flag, wherever it stands', async () => {
  const open = 'defaults: { allow: ["*"] }\nclients: { acme: {} }';
  const error = await userError(() => merged(open));
  expect(error).toMatchObject({
    trouble: 'config',
    message: 'the rule * (config) lets the box reach every name',
    next: ['agentbox run --allow-any …', 'or allow_any: true in the configuration'],
  });
  expect((await merged(open, { allowAny: true })).profile.allowAny).toBe(true);
  expect((await merged(open.replace('{}', '{ allow_any: true }'))).profile.allowAny).toBe(true);
  expect((await userError(() => merged('clients: { acme: {} }', { allow: ['*:8443'] }))).message).toContain(
    'the rule *:8443 (--allow)',
  );
  expect((await merged('clients: { acme: { deny: ["*"] } }')).profile.deny).toHaveLength(1);
});

test('ports and services of a flag take the place of those of the same port of the box', async () => {
  const text = `
defaults: { ports: [3000, "8080:80"], forward: ["5432:db.corp:5432"] }
clients: { acme: { ports: ["9229:9229"], forward: ["cache.corp:6379"] } }
`;
  const free = { address: undefined, port: 0, boxPort: 3000 };
  const other = { boxPort: 5432, host: 'db.test', port: 5432, from: '--forward' };
  const { profile, origin } = await merged(text, { ports: [free], forward: [other] });
  expect(Object.values(profile.ports).flat()).toEqual([
    { address: undefined, port: 8080, boxPort: 80 },
    free,
    { address: undefined, port: 9229, boxPort: 9229 },
  ]);
  expect(Object.values(profile.forward)).toEqual([
    other,
    { boxPort: 6379, host: 'cache.corp', port: 6379, from: 'config' },
  ]);
  expect([origin['ports.3000'], origin['ports.80'], origin['forward.5432'], origin['forward.6379']]).toEqual([
    ...['flag', 'defaults', 'flag', 'client'],
  ]);
});

test('a wrong port or service is told with its line', async () => {
  expect(
    await problems(`
clients:
  acme:
    ports: [0, "x:1"]
    forward:
      - "db.corp:443"
`),
  ).toEqual([
    expect.stringMatching(/^4 clients\.acme\.ports\[0\]: .*port of the box/),
    expect.stringMatching(/^4 clients\.acme\.ports\[1\]: .*this machine/),
    expect.stringMatching(/^6 clients\.acme\.forward\[0\]: .*its proxy/),
  ]);
  const twice = await problems('clients: { acme: { forward: ["a.b:5432", "5432:c.d:1"] } }');
  expect(twice).toEqual([expect.stringMatching(/forward: has port 5432 of the box twice/)]);
});
