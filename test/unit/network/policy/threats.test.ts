import { describe, expect, it } from 'vitest';
import { evaluateAddress, evaluateName } from '../../../../src/network/policy/evaluate.ts';
import { parseRule } from '../../../../src/network/policy/parse.ts';

/** What a box may reach here: a name, a domain, SSH of one host. Each trick below must fail, and its plain twin must not. */
const policy = {
  rules: ['allowed.test', '*.wild.test', 'git.test:22'].map((text) =>
    parseRule(text, { verdict: 'allow', from: 'test' }),
  ),
};
const at = (host: string, port = 443) => evaluateName(policy, [], { host, port, now: 0 });
const to = (host: string, address: string, port = 443) => evaluateAddress(policy, [], { host, port, address, now: 0 });

describe('what no rule lists is refused in every spelling', () => {
  it.each([
    ['a trailing dot', 'other.test.', 'allowed.test.'],
    ['mixed case', 'OTHER.test', 'ALLOWED.Test'],
    ['below a wildcard', 'x.other.test', 'x.y.wild.test'],
    ['the apex of a wildcard', 'wild.test', 'a.wild.test'],
    ['the same ending', 'evilwild.test', 'evil.wild.test'],
    ['the same ending of a name', 'notallowed.test', 'allowed.test'],
    ['the name in front', 'allowed.test.evil.example', 'allowed.test'],
    ['punycode', 'xn--llowed-3ya.test', 'xn--llowed-3ya.wild.test'],
  ])('%s', (_, refused, allowed) => {
    expect(at(refused)).toMatchObject({ verdict: 'deny', reason: 'not-allowed' });
    expect(at(allowed)).toMatchObject({ verdict: 'allow' });
  });

  it.each([
    ['a look-alike', '\u0430llowed.test'],
    ['a fullwidth dot', 'allowed\uff0etest'],
    ['an ideographic dot', 'allowed\u3002test'],
    ['a NUL', 'evil.example\0.wild.test'],
    ['CR and LF', 'evil.example\r\n.wild.test'],
    ['a space', 'evil.example .wild.test'],
    ['userinfo', 'allowed.test@evil.example'],
    ['userinfo the other way round', 'evil.example@allowed.test'],
    ['%00', 'evil.example%00.wild.test'],
    ['a hash', 'evil.example#.wild.test'],
    ['a slash', 'evil.example/.wild.test'],
    ['a backslash', 'evil.example\\.wild.test'],
    ['a port in the name', 'evil.example:443.wild.test'],
    ['decimal IPv4', '2130706433'],
    ['octal IPv4', '0177.0.0.1'],
    ['hexadecimal IPv4', '0x7f000001'],
    ['short IPv4', '127.1'],
    ['IPv4 with a dot behind', '127.0.0.1.'],
    ['a zone id', 'fe80::1%lo'],
    ['nothing', ''],
  ])('%s', (_, host) => {
    expect(at(host)).toMatchObject({ verdict: 'deny', reason: 'bad-name' });
    expect(to(host, '93.184.216.34')).toMatchObject({ verdict: 'deny', reason: 'bad-name' });
  });

  it.each([
    '127.0.0.1',
    '0.0.0.0',
    '10.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '[::1]',
    '[::]',
    '[fd00::1]',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
  ])('the address %s, by itself and behind an allowed name (rebinding)', (host) => {
    expect(at(host)).toMatchObject({ verdict: 'deny', reason: 'refused-address' });
    const address = host.replace(/[[\]]/g, '');
    expect(to('allowed.test', address)).toMatchObject({ verdict: 'deny', reason: 'refused-address' });
    expect(to('allowed.test', '93.184.216.34')).toMatchObject({ verdict: 'allow' });
  });

  it('an address of the internet', () => {
    expect(at('93.184.216.34')).toMatchObject({ verdict: 'deny', reason: 'not-allowed' });
    expect(at('[2606:4700::1111]')).toMatchObject({ verdict: 'deny', reason: 'not-allowed' });
  });

  it.each([22, 25, 53, 853, 8443, 0, 65_536, -1, Number.NaN])('port %d of an allowed name', (port) => {
    expect(at('allowed.test', port)).toMatchObject({ verdict: 'deny', reason: 'not-allowed' });
    expect(at('git.test', 22)).toMatchObject({ verdict: 'allow' });
    expect(at('git.test')).toMatchObject({ verdict: 'deny' });
  });

  it('everything, when there is no rule', () => {
    expect(evaluateName({ rules: [] }, [], { host: 'allowed.test', port: 443, now: 0 })).toEqual({
      verdict: 'deny',
      reason: 'not-allowed',
      rule: undefined,
    });
  });
});
