import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostKeys } from '../../../src/credentials/hostKeys.ts';
import { knownHosts } from '../../../src/credentials/knownHosts.ts';
import { evaluateName } from '../../../src/network/policy/evaluate.ts';
import { rulesOf } from '../../../src/network/policy/parse.ts';
import { temporary } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { put, world } from './support.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJr8vKX0ZBz3k0o0n5gkQk1m8l7b0yq0QmXw2l8o9xkF';
const line = (names: string, more = '') => `${names} ssh-ed25519 ${KEY}${more}\n`;
const rules = (...texts: readonly string[]) =>
  texts.flatMap((text) =>
    rulesOf(text.replace(/^!/, ''), { verdict: text.startsWith('!') ? 'deny' : 'allow', from: 'test' }, {}),
  );

/** The same file with all names hashed, as OpenSSH does it. */
async function hashed(text: string): Promise<string> {
  const file = await put(join(await temporary(), 'known_hosts'), text);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'pipe' });
  return readFileSync(file, 'utf8');
}

describe('the host keys of a box with a gateway', () => {
  it.each([
    ['a name with a rule for its port', 'github', line('github.com'), line('github.com')],
    ['no host with a rule for the web alone', 'github.com', line('github.com'), ''],
    ['no other host', 'github', line('git.globex.example'), ''],
    [
      'no other name of the line, nor its comment',
      'github',
      line('github.com,other.example,140.82.121.4', ' of ann'),
      line('github.com'),
    ],
    ['a name in other letters', 'git.corp.example:22', line('Git.Corp.Example'), line('git.corp.example')],
    [
      'a port that the rule names',
      'git.corp.example:2222',
      line('[git.corp.example]:2222'),
      line('[git.corp.example]:2222'),
    ],
    ['no port that it does not name', 'git.corp.example:22', line('[git.corp.example]:2222'), ''],
    ['a name below a domain', '*.corp.example:22', line('git.corp.example,corp.example'), line('git.corp.example')],
    ['an address', '10.20.0.0/16:22', line('10.20.0.5,10.21.0.5'), line('10.20.0.5')],
    ['an address of IPv6', '[fd00:20::1]:22', line('fd00:20::1'), line('fd00:20::1')],
    ['every name with a rule for every name', '*:22', line('a.example,b.example'), line('a.example,b.example')],
    [
      'an exact host in the place of a pattern',
      'git.corp.example:22',
      line('*.corp.example'),
      line('git.corp.example'),
    ],
    ['no host that a pattern leaves out', 'git.corp.example:22', line('*.corp.example,!git.corp.example'), ''],
    ['a pattern below a domain', '*.corp.example:22', line('git?.corp.example'), line('git?.corp.example')],
    ['a wider pattern as narrow as the rule', '*.corp.example:22', line('*.example'), line('*.corp.example')],
    ['a pattern for everything as narrow as the rule', '*.corp.example:2222', line('*'), line('[*.corp.example]:2222')],
    ['no pattern of which the rule covers some unknown part', '*.corp.example:22', line('git*.example'), ''],
    ['no name that a pattern leaves out', '*.corp.example:22', line('*.corp.example,!secret.corp.example'), ''],
    ['what is revoked', 'github', `@revoked ${line('*')}`, `@revoked ${line('github.com')}`],
    [
      'who vouches for hosts',
      '*.corp.example:22',
      `@cert-authority ${line('*.corp.example')}`,
      `@cert-authority ${line('*.corp.example')}`,
    ],
    [
      'no line that is none',
      'github',
      `# github.com ssh-ed25519 AAAA\n\ngithub.com\n@else ${line('github.com')}github.com 1024 35 99\n`,
      '',
    ],
  ])('are %s', (_, rule, text, wanted) => {
    expect(hostKeys(text, rules(rule))).toBe(wanted);
  });

  it('leave out what a rule denies', () => {
    const denied = rules('*.corp.example:22', '!secret.corp.example');
    expect(hostKeys(line('secret.corp.example,git.corp.example'), denied)).toBe(line('git.corp.example'));
  });

  it('know hashed names of exact rules, and tell of no other', async () => {
    const places = ['github.com', '[git.corp.example]:2222', '10.20.0.5', 'git.globex.example', 'db.corp.example'];
    const text = await hashed(places.map((place) => line(place)).join(''));
    const kept = hostKeys(text, rules('github', 'git.corp.example:2222', '10.20.0.5:22', '*.corp.example:22'));
    expect(kept.trim().split('\n')).toEqual(text.split('\n').slice(0, 3));
    const file = await put(join(await temporary(), 'known_hosts'), kept);
    const finds = (place: string) => spawnSync('ssh-keygen', ['-F', place, '-f', file], { stdio: 'pipe' }).status === 0;
    expect(places.filter(finds)).toEqual(places.slice(0, 3));
  });

  it('never tell of a host that ssh may not reach, and keep what it may', () => {
    const host = fc.constantFrom('a.test', 'git.a.test', 'x.git.a.test', 'b.test', 'c.b.test', '10.1.2.3', '10.9.9.9');
    const port = fc.constantFrom(22, 443, 2222);
    const place = fc.record({ host, port });
    const write = (at: { host: string; port: number }) => (at.port === 22 ? at.host : `[${at.host}]:${at.port}`);
    const rule = fc
      .tuple(fc.constantFrom('', '!'), fc.constantFrom('', '*.'), host, fc.constantFrom('', ':22', ':443', ':2222'))
      .map(([not, below, name, at]) => `${not}${/^\d/.test(name) ? '' : below}${name}${at}`);
    const entry = fc.array(place, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), fc.array(entry, { maxLength: 6 }), (texts, lines) => {
        const all = rules(...texts);
        const ported = all.filter(({ verdict, target }) => verdict === 'deny' || target.ports !== undefined);
        const may = (at: { host: string; port: number }) =>
          evaluateName({ rules: ported }, [], { ...at, now: 0 }).verdict === 'allow';
        const wanted = lines
          .map((places) => [...new Set(places.filter(may).map(write))].join(','))
          .filter((names) => names !== '')
          .map((names) => line(names));
        expect(hostKeys(lines.map((places) => line(places.map(write).join(','), ' comment')).join(''), all)).toBe(
          wanted.join(''),
        );
      }),
    );
  });

  it('withstand any text', () => {
    const part = fc.constantFrom(
      '*',
      '?',
      '!',
      ',',
      ' ',
      '\n',
      '|1|',
      'AAAA',
      '[',
      ']:22',
      'github.com',
      '@revoked',
      '.',
      '(',
      '\\d',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string()), { maxLength: 30 }), (parts) => {
        const kept = hostKeys(parts.join(''), rules('github'));
        for (const each of kept.split('\n'))
          expect(each).toMatch(/^((@(revoked|cert-authority) )?\S*github\.com\S* \S+ \S+)?$/);
      }),
    );
  });
});

describe('known_hosts', () => {
  const files = async () => {
    const { paths } = await world();
    await put(join(paths.home, '.ssh/known_hosts'), line('github.com') + line('git.globex.example'));
    const machine = await put(join(await temporary(), 'ssh_known_hosts'), line('gitlab.com'));
    return (changes: Parameters<typeof profile>[0]) => knownHosts(profile(changes), { paths }, machine);
  };
  const allow = ['github', 'gitlab'].map((text) => ({ text, from: 'config' }));

  it('come from the user’s file and the machine’s, for the hosts that a gateway lets ssh reach', async () => {
    const of = await files();
    const content = line('github.com') + line('gitlab.com');
    const file = { op: 'file', path: '/home/agent/.ssh/known_hosts', mode: '600', when: 'always', content };
    expect(await of({ network: 'gateway', allow })).toEqual([file]);
    expect(await of({ network: 'gateway', allow, sshAgent: true })).toEqual([file]);
    expect(await of({ network: 'gateway' })).toEqual([]);
  });

  it('come whole with ssh_agent where there is no gateway', async () => {
    const of = await files();
    expect(await of({ network: 'open', allow, sshAgent: true })).toMatchObject([
      { mode: '400', content: line('github.com') + line('git.globex.example') },
    ]);
    expect(await of({ network: 'open', allow })).toEqual([]);
  });
});
