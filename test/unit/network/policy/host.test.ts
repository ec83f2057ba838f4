import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHost } from '../../../../src/network/policy/host.ts';

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,10}[a-z0-9_])?$/);
const name = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 5 }), fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/))
  .map(([labels, top]) => [...labels, top].join('.'));

describe('a name', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['_dmarc.a-b.example', '_dmarc.a-b.example'],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['1.2.3.4.nip.io', '1.2.3.4.nip.io'],
    ['0x7f.example', '0x7f.example'],
    ['a--b.example', 'a--b.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('%s is %s', (text, host) => {
    expect(checkHost(text)).toEqual({ kind: 'name', host });
  });

  it.each([
    ['nothing', ''],
    ['a dot', '.'],
    ['two dots at the end', 'example.com..'],
    ['a dot at the beginning', '.example.com'],
    ['an empty label', 'a..example'],
    ['a hyphen first', '-a.example'],
    ['a hyphen last', 'a-.example'],
    ['a label of 64', `${'a'.repeat(64)}.example`],
    ['254 characters', `${'a.'.repeat(124)}aaaaaa`],
    ['a megabyte', 'a'.repeat(1_000_000)],
    ['a NUL', 'example.com\0.allowed.test'],
    ['CR and LF', 'example.com\r\nHost: allowed.test'],
    ['LF at the end', 'example.com\n'],
    ['a space', 'example.com allowed.test'],
    ['a tab', 'example.com\t'],
    ['userinfo', 'allowed.test@example.com'],
    ['a percent sign', 'example.com%00.allowed.test'],
    ['a hash', 'example.com#.allowed.test'],
    ['a question mark', 'example.com?.allowed.test'],
    ['a slash', 'example.com/allowed.test'],
    ['a backslash', 'example.com\\allowed.test'],
    ['a port', 'example.com:443'],
    ['brackets', '[example.com]'],
    ['a wildcard', '*.example.com'],
    ['other letters', 'münchen.de'],
    ['look-alikes (cyrillic а)', 'gith\u0430b.com'],
    ['an ideographic full stop', 'example\u3002com'],
    ['fullwidth letters', '\uff47ithub.com'],
    ['a soft hyphen', 'git\u00adhub.com'],
    ['a Kelvin sign, which is k in lower case', '\u212aube.example'],
    ['a capital I with a dot', '\u0130.example'],
  ])('has not %s', (_, text) => {
    expect(checkHost(text)).toBeUndefined();
  });
});

describe('an address', () => {
  it.each([
    ['93.184.216.34', '93.184.216.34'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8::A', '2001:db8::a'],
    ['::ffff:127.0.0.1', '::ffff:7f00:1'],
    ['[64:ff9b::10.0.0.1]', '64:ff9b::a00:1'],
  ])('%s is %s', (text, host) => {
    expect(checkHost(text)).toEqual({ kind: 'address', host });
  });

  it.each([
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0X7F000001',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '127.1',
    '127.0.1',
    '127.0.0.01',
    '127.0.0.0x1',
    '127.0.0.0x',
    '127.0.0.1.',
    '127.0.0.256',
    '1.2.3.4.5',
    '[127.0.0.1]',
    '[::1',
    '::1]',
    '[[::1]]',
    '[::1].',
    '::1.',
    'fe80::1%eth0',
    '[fe80::1%25eth0]',
    ':::1',
    '1::2::3',
    '::ffff:127.0.0.01',
    '１２７.0.0.1',
    '127。0。0。1',
  ])('%s is an address in disguise, or none', (text) => {
    expect(checkHost(text)).toBeUndefined();
  });
});

describe('whatever the text', () => {
  it('never throws, and its answer is its own canonical form', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      name,
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.webAuthority(),
    );
    fc.assert(
      fc.property(text, (input) => {
        const checked = checkHost(input);
        if (checked === undefined) return;
        expect(checked.host).toMatch(/^[a-z0-9_.:-]+$/);
        expect(checkHost(checked.host)).toEqual(checked);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes every plain name in any case, with a dot or without', () => {
    fc.assert(
      fc.property(name, fc.boolean(), fc.boolean(), (plain, upper, dot) => {
        expect(checkHost(`${upper ? plain.toUpperCase() : plain}${dot ? '.' : ''}`)).toEqual({
          kind: 'name',
          host: plain,
        });
      }),
    );
  });

  it('takes no name that a browser would take for an address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4Extended(),
          fc.nat().map(String),
          fc.nat().map((n) => `0x${n.toString(16)}`),
        ),
        (text) => {
          const checked = checkHost(text);
          if (checked !== undefined)
            expect(checked).toEqual({ kind: 'address', host: new URL(`http://${text}/`).hostname });
          if (checked !== undefined) expect(checked.host).toBe(text);
        },
      ),
    );
  });
});
