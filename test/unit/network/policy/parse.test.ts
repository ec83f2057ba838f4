import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/errors.ts';
import { evaluateName } from '../../../../src/network/policy/evaluate.ts';
import { nearestRule, ruleOfUrl } from '../../../../src/network/policy/nearestRule.ts';
import { isAny, parseRule, ruleProblem, rulesOf, shown } from '../../../../src/network/policy/parse.ts';
import { PRESETS } from '../../../../src/network/policy/presets.ts';

const allow = { verdict: 'allow', from: 'test' } as const;
const deny = { verdict: 'deny', from: 'test' } as const;

describe('a rule', () => {
  it.each([
    ['example.com', { kind: 'host', host: 'example.com', ports: undefined }],
    [' Example.COM. ', { kind: 'host', host: 'example.com', ports: undefined }],
    ['example.com:8443', { kind: 'host', host: 'example.com', ports: [8443] }],
    ['db:5432', { kind: 'host', host: 'db', ports: [5432] }],
    ['*.example.com', { kind: 'below', domain: 'example.com', ports: undefined }],
    ['*.internal:22', { kind: 'below', domain: 'internal', ports: [22] }],
    ['*', { kind: 'any', ports: undefined }],
    ['*:8443', { kind: 'any', ports: [8443] }],
    ['10.0.0.0/8', { kind: 'range', address: '10.0.0.0', prefix: 8, ports: undefined }],
    ['10.0.0.0/8:22', { kind: 'range', address: '10.0.0.0', prefix: 8, ports: [22] }],
    ['10.1.2.3', { kind: 'range', address: '10.1.2.3', prefix: 32, ports: undefined }],
    ['10.1.2.3:65535', { kind: 'range', address: '10.1.2.3', prefix: 32, ports: [65_535] }],
    ['fd00::/8', { kind: 'range', address: 'fd00::', prefix: 8, ports: undefined }],
    ['FD00:0::1', { kind: 'range', address: 'fd00::1', prefix: 128, ports: undefined }],
    ['[fd00::1]', { kind: 'range', address: 'fd00::1', prefix: 128, ports: undefined }],
    ['[fd00::1]:22', { kind: 'range', address: 'fd00::1', prefix: 128, ports: [22] }],
    ['[fd00::/8]:22', { kind: 'range', address: 'fd00::', prefix: 8, ports: [22] }],
  ])('%s', (text, target) => {
    expect(parseRule(text, allow)).toEqual({ verdict: 'allow', target, text: text.trim(), from: 'test' });
    expect(ruleProblem(text, 'allow')).toBeUndefined();
  });

  it.each([
    ['', /empty/],
    ['a'.repeat(301), /longer than 300/],
    ['npmm', /did you mean npm\?/],
    ['intranet', /needs its port: intranet:443/],
    ['https://example.com', /a host alone/],
    ['me:pw@example.com', /a host alone/],
    ['example.com/path', /a host has no path/],
    ['example.com/8', /a host has no path/],
    ['*.example.com/8', /\* stands alone/],
    ['*example.com', /\* stands alone/],
    ['a.*.example.com', /\* stands alone/],
    ['*.', /\* stands alone/],
    ['*.10.0.0.1', /\* stands alone/],
    ['*/0', /\* stands alone/],
    ['example.com:0', /between 1 and 65535/],
    ['example.com:65536', /between 1 and 65535/],
    ['example.com:', /neither/],
    ['example.com:http', /neither/],
    ['example.com:443:80', /neither/],
    ['exa mple.com', /neither/],
    ['example.com\n', undefined],
    ['example.com\0', /neither/],
    ['münchen.de', /xn--mnchen-3ya\.de/],
    ['２１３０７０６４３３', /neither/],
    ['127.1', /neither/],
    ['0x7f000001', /neither/],
    ['fe80::1%eth0', /neither/],
    ['[10.0.0.1]:22', /neither/],
    ['10.1.0.0/8', /did you mean 10\.0\.0\.0\/8/],
    ['fd00::1/8', /did you mean fd00::\/8/],
    ['10.0.0.0/33', /longer than 32/],
    ['fd00::/129', /longer than 128/],
    ['0.0.0.0/0', /too wide/],
    ['128.0.0.0/1', /too wide/],
    ['::/0', /too wide/],
    ['::/6', /too wide/],
  ])('%j', (text, why) => {
    if (why === undefined) expect(ruleProblem(text, 'allow')).toBeUndefined();
    else expect(ruleProblem(text, 'allow')).toMatch(why);
    if (why !== undefined) expect(() => parseRule(text, allow)).toThrow(UserError);
  });

  it('that denies may be as wide as it likes', () => {
    expect(parseRule('0.0.0.0/0', deny).target).toMatchObject({ address: '0.0.0.0', prefix: 0 });
    expect(parseRule('::/0', deny).target).toMatchObject({ address: '::', prefix: 0 });
  });

  it('covers every name only as *', () => {
    expect(['*', ' * ', '*:22', '*.com', 'npm', 'x y'].map(isAny)).toEqual([true, true, true, false, false, false]);
  });

  it('is shown without what may be a password or move the cursor', () => {
    expect(shown('http://me:s3cret@example.com\u001b[2J')).toBe('…@example.com?[2J');
  });
});

describe('whatever the text', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[*.a-z0-9:/[\]@%-]{0,24}$/),
    fc.webUrl(),
    fc.webAuthority({ withPort: true }),
    fc.ipV6(),
  );

  it('the parser gives a rule or says why not, and never anything else', () => {
    fc.assert(
      fc.property(text, (input) => {
        const problem = ruleProblem(input, 'allow');
        try {
          const [first] = rulesOf(input, allow, {});
          expect(problem).toBeUndefined();
          expect(first?.text).not.toMatch(/\p{Cc}/u);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(problem).toBeTypeOf('string');
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('the nearest rule of a host is a rule, and opens that host at that port and no other', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.constantFrom('1.1.1.1', '2606:4700::1111', 'npm'),
    );
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (wanted, port) => {
        const rule = parseRule(nearestRule(wanted.toLowerCase(), port), allow);
        const answer = (at: { host: string; port: number }) =>
          evaluateName({ rules: [rule] }, [], { ...at, now: 0 }).verdict;
        expect(answer({ host: wanted, port })).toBe('allow');
        expect(answer({ host: `x.${wanted}`, port })).toBe('deny');
        expect(answer({ host: wanted, port: 444 + (port % 1000) })).toBe(
          port === 444 + (port % 1000) ? 'allow' : 'deny',
        );
      }),
    );
  });
});

describe('a URL', () => {
  it.each([
    ['https://models.acme.test/v1', 'models.acme.test'],
    ['https://models.acme.test:443/v1', 'models.acme.test'],
    ['https://models.acme.test:8443/v1', 'models.acme.test:8443'],
    ['http://models.acme.test/v1', 'models.acme.test:80'],
    ['http://10.1.2.3:4000', '10.1.2.3:4000'],
    ['https://gateway/v1', 'gateway:443'],
    ['https://[fd00::1]:8443/', '[fd00::1]:8443'],
    ['https://[fd00::1]/', '[fd00::1]'],
    ['http://[fd00::1]/', '[fd00::1]:80'],
  ])('%s is let through by %s', (url, rule) => {
    expect(ruleOfUrl(url)).toBe(rule);
    expect(ruleProblem(rule, 'allow')).toBeUndefined();
  });
});

describe('a preset', () => {
  it.each(PRESETS)('$name has only rules, none of which opens an address', ({ name, rules }) => {
    const all = rulesOf(name, allow, {});
    expect(all.map((rule) => rule.text)).toEqual(rules);
    for (const { target, from } of all) {
      expect(['host', 'below']).toContain(target.kind);
      expect(from).toBe(`preset ${name}`);
    }
  });

  it('goes on with what this machine is set up to use, and can be denied', () => {
    const rules = rulesOf('npm', deny, { npm: ['packages.acme.test:8443', '*.npmjs.org'] });
    expect(rules.map(({ verdict, text }) => `${verdict} ${text}`)).toEqual([
      'deny *.npmjs.org',
      'deny *.yarnpkg.com',
      'deny packages.acme.test:8443',
    ]);
  });

  it('of a name that a box asks for is not taken for that host', () => {
    expect(nearestRule('npm', 443)).toBe('npm:443');
  });
});
