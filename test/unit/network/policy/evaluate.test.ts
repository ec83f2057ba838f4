import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateAddress, evaluateName } from '../../../../src/network/policy/evaluate.ts';
import { parseRule } from '../../../../src/network/policy/parse.ts';
import type { Rule } from '../../../../src/network/policy/policy.ts';

const PUBLIC = '93.184.216.34';

/** `!` in front denies. */
const rule = (text: string): Rule =>
  parseRule(text.replace(/^!/, ''), { verdict: text.startsWith('!') ? 'deny' : 'allow', from: 'test' });
const policy = (texts: readonly string[]) => ({ rules: texts.map(rule) });

function words(answer: ReturnType<typeof evaluateName>): string {
  return answer.verdict === 'allow'
    ? `allow ${answer.rule.text}`
    : [answer.reason, answer.rule?.text].filter(Boolean).join(' ');
}

/** The answer for a host at a port; with an address, after it was resolved to that. */
function answer(
  texts: readonly string[],
  host: string,
  { port = 443, address = '', live = [] as Rule[], now = 0 } = {},
): string {
  return words(
    address === ''
      ? evaluateName(policy(texts), live, { host, port, now })
      : evaluateAddress(policy(texts), live, { host, port, address, now }),
  );
}

describe('a name', () => {
  it('that no rule covers is refused, and so is everything without rules', () => {
    expect(answer([], 'example.com')).toBe('not-allowed');
    expect(answer(['example.com'], 'example.org')).toBe('not-allowed');
    expect(answer([], PUBLIC)).toBe('not-allowed');
  });

  it('is covered exactly, or from below at any depth, but never by its ending alone', () => {
    expect(answer(['example.com'], 'example.com')).toBe('allow example.com');
    expect(answer(['example.com'], 'www.example.com')).toBe('not-allowed');
    expect(answer(['*.example.com'], 'a.b.example.com')).toBe('allow *.example.com');
    expect(answer(['*.example.com'], 'example.com')).toBe('not-allowed');
    expect(answer(['*.example.com'], 'evilexample.com')).toBe('not-allowed');
    expect(answer(['example.com'], 'example.com.evil.test')).toBe('not-allowed');
  });

  it('is the same in any case and with a dot at its end', () => {
    expect(answer(['example.com'], 'EXAMPLE.com.')).toBe('allow example.com');
    expect(answer(['Example.COM.'], 'example.com')).toBe('allow Example.COM.');
  });

  it('is open at 443 and 80, or at the one port that the rule names', () => {
    expect(answer(['example.com'], 'example.com', { port: 80 })).toBe('allow example.com');
    expect(answer(['example.com'], 'example.com', { port: 22 })).toBe('not-allowed');
    expect(answer(['example.com:22'], 'example.com', { port: 22 })).toBe('allow example.com:22');
    expect(answer(['example.com:22'], 'example.com')).toBe('not-allowed');
    expect(answer(['*'], 'example.com', { port: 25 })).toBe('not-allowed');
  });

  it('is denied whatever allows it, at every port unless the rule names one', () => {
    expect(answer(['example.com:22', '!example.com'], 'example.com', { port: 22 })).toBe('denied example.com');
    expect(answer(['a.example.com', '!*.example.com'], 'a.example.com')).toBe('denied *.example.com');
    expect(answer(['*', '!example.com:443'], 'example.com')).toBe('denied example.com:443');
    expect(answer(['*', '!example.com:443'], 'example.com', { port: 80 })).toBe('allow *');
    expect(answer(['example.com', '!*'], 'example.com')).toBe('denied *');
  });

  it('is answered with the rule that says most', () => {
    const rules = ['*', '*.example.com', '*.b.example.com', 'a.b.example.com', 'a.b.example.com:443'];
    expect(answer(rules, 'a.b.example.com')).toBe('allow a.b.example.com:443');
    expect(answer(rules, 'a.b.example.com', { port: 80 })).toBe('allow a.b.example.com');
    expect(answer(rules, 'x.b.example.com')).toBe('allow *.b.example.com');
    expect(answer(rules, 'x.example.com')).toBe('allow *.example.com');
    expect(answer(rules, 'example.org')).toBe('allow *');
  });

  it('that no rule covers is not looked up for the sake of a range', () => {
    expect(answer(['10.0.0.0/8'], 'db.corp.test')).toBe('not-allowed');
    expect(answer(['10.0.0.0/8'], 'db.corp.test', { address: '10.0.0.5' })).toBe('not-allowed');
  });
});

describe('a name that has been resolved', () => {
  it('is allowed by the rule for its name', () => {
    expect(answer(['example.com'], 'example.com', { address: PUBLIC })).toBe('allow example.com');
    expect(answer(['example.com'], 'example.com', { address: '2606:4700::1111' })).toBe('allow example.com');
  });

  it('does not lead to an address that is refused, unless a rule names that too', () => {
    expect(answer(['*', 'db.corp.test'], 'db.corp.test', { address: '10.0.0.5' })).toBe('refused-address');
    expect(answer(['db.corp.test', '10.0.0.0/8'], 'db.corp.test', { address: '10.0.0.5' })).toBe('allow db.corp.test');
    expect(answer(['db.corp.test', '10.0.0.5'], 'db.corp.test', { address: '10.0.0.6' })).toBe('refused-address');
    expect(answer(['db.corp.test:5432', '10.0.0.5'], 'db.corp.test', { port: 5432, address: '10.0.0.5' })).toBe(
      'refused-address',
    );
  });

  it('does not lead to an address that is denied', () => {
    expect(answer(['example.com', '!93.184.0.0/16'], 'example.com', { address: PUBLIC })).toBe('denied 93.184.0.0/16');
    expect(answer(['example.com', '10.0.0.0/8', '!10.0.0.5'], 'example.com', { address: '10.0.0.5' })).toBe(
      'denied 10.0.0.5',
    );
  });

  it('is held against what an address carries inside', () => {
    const address = '64:ff9b::10.0.0.5';
    expect(answer(['example.com'], 'example.com', { address })).toBe('refused-address');
    expect(answer(['example.com', '64:ff9b::/96'], 'example.com', { address })).toBe('refused-address');
    expect(answer(['example.com', '10.0.0.0/8'], 'example.com', { address })).toBe('refused-address');
    expect(answer(['example.com', '64:ff9b::/96', '10.0.0.0/8'], 'example.com', { address })).toBe('allow example.com');
    const outside = `64:ff9b::${PUBLIC}`;
    expect(answer(['example.com', '64:ff9b::/96'], 'example.com', { address: outside })).toBe('allow example.com');
    expect(answer(['example.com', '64:ff9b::/96', '!93.184.216.34'], 'example.com', { address: outside })).toBe(
      'denied 93.184.216.34',
    );
  });

  it('leads nowhere when the address is none', () => {
    for (const address of ['example.com', '10.0.0.1%eth0', '127.1']) {
      expect(answer(['*', '127.0.0.0/8', '10.0.0.0/8'], 'example.com', { address })).toBe('refused-address');
    }
  });

  it('is asked for its name again', () => {
    expect(answer(['*', '!example.com'], 'example.com', { address: PUBLIC })).toBe('denied example.com');
    expect(answer(['*'], 'exa mple.com', { address: PUBLIC })).toBe('bad-name');
  });
});

describe('an address in the place of a name', () => {
  it('needs a rule for the address: no rule for names covers it', () => {
    expect(answer(['*'], PUBLIC)).toBe('not-allowed');
    expect(answer(['93.184.216.0/24'], PUBLIC)).toBe('allow 93.184.216.0/24');
    expect(answer(['93.184.216.0/24'], PUBLIC, { address: PUBLIC })).toBe('allow 93.184.216.0/24');
    expect(answer(['93.184.216.34:22'], PUBLIC, { port: 22 })).toBe('allow 93.184.216.34:22');
    expect(answer(['[2606:4700::1111]'], '[2606:4700::1111]')).toBe('allow [2606:4700::1111]');
  });

  it('that is refused is told as such, before any rule that denies', () => {
    expect(answer(['*'], '169.254.169.254')).toBe('refused-address');
    expect(answer(['!169.254.0.0/16'], '169.254.169.254')).toBe('refused-address');
    expect(answer(['169.254.169.254', '!169.254.0.0/16'], '169.254.169.254')).toBe('denied 169.254.0.0/16');
    expect(answer(['169.254.169.254'], '169.254.169.254')).toBe('allow 169.254.169.254');
    expect(answer(['10.0.0.1', '!*'], '10.0.0.1')).toBe('denied *');
  });

  it('is answered with the narrowest range', () => {
    expect(answer(['10.0.0.0/8', '10.1.0.0/16', '10.0.0.0/9'], '10.1.2.3')).toBe('allow 10.1.0.0/16');
  });

  it('leads to no other address', () => {
    expect(answer([PUBLIC, '10.0.0.0/8'], PUBLIC, { address: '10.0.0.1' })).toBe('refused-address');
  });

  it('may be allowed once, which opens nothing that is refused', () => {
    const once = (host: string): Rule => ({
      verdict: 'allow',
      target: { kind: 'host', host, ports: [443] },
      text: 'once',
      from: 'net watch',
    });
    expect(answer([], PUBLIC, { live: [once(PUBLIC)] })).toBe('allow once');
    expect(answer([], '10.0.0.1', { live: [once('10.0.0.1')] })).toBe('refused-address');
  });
});

describe('rules that are added while a box runs', () => {
  const live = (text: string, until?: number): Rule => ({ ...rule(text), until });

  it('count beside its own, and until their time is up', () => {
    const added = [live('example.com', 1000)];
    expect(answer([], 'example.com', { live: added, now: 999 })).toBe('allow example.com');
    expect(answer([], 'example.com', { live: added, now: 1000 })).toBe('not-allowed');
    expect(answer(['example.com'], 'example.com', { live: [live('!example.com', 1000)], now: 999 })).toBe(
      'denied example.com',
    );
    expect(answer(['example.com'], 'example.com', { live: [live('!example.com', 1000)], now: 1000 })).toBe(
      'allow example.com',
    );
  });

  it('do not allow what the box is denied', () => {
    expect(answer(['!example.com'], 'example.com', { live: [live('example.com')] })).toBe('denied example.com');
  });
});

describe('whatever the rules', () => {
  const host = fc.constantFrom('a.test', 'b.a.test', 'c.b.a.test', 'b.test', '10.0.0.1', '93.184.216.34', 'fd00::1');
  const address = fc.constantFrom(
    '10.0.0.1',
    '10.9.9.9',
    '93.184.216.34',
    'fd00::1',
    '::ffff:10.0.0.1',
    '2606:4700::1111',
  );
  const port = fc.constantFrom(443, 80, 22);
  const text = fc
    .tuple(
      fc.constantFrom('', '!'),
      fc.constantFrom(
        'a.test',
        '*.a.test',
        '*.b.a.test',
        'b.test',
        '*',
        '10.0.0.0/8',
        '10.0.0.1',
        '93.184.0.0/16',
        '[fd00::1]',
      ),
      fc.constantFrom('', ':22', ':443'),
    )
    .map(([sign, target, at]) => `${sign}${target}${at}`);
  const rules = fc.array(text, { maxLength: 8 });

  it('a rule that denies never opens anything, and one that allows never closes anything', () => {
    fc.assert(
      fc.property(rules, text, host, address, port, (own, more, wanted, to, at) => {
        const before = answer(own, wanted, { port: at, address: to }).startsWith('allow');
        const after = answer([...own, more], wanted, { port: at, address: to }).startsWith('allow');
        if (more.startsWith('!')) expect(after && !before).toBe(false);
        else expect(before && !after).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('the order of the rules changes no verdict', () => {
    fc.assert(
      fc.property(rules, host, address, port, (own, wanted, to, at) => {
        const verdict = (texts: readonly string[]) => answer(texts, wanted, { port: at, address: to }).split(' ')[0];
        expect(verdict(own.toReversed())).toBe(verdict(own));
      }),
      { numRuns: 1000 },
    );
  });

  it('what may be dialled was allowed before it was resolved', () => {
    fc.assert(
      fc.property(rules, host, address, port, (own, wanted, to, at) => {
        if (!answer(own, wanted, { port: at, address: to }).startsWith('allow')) return;
        expect(answer(own, wanted, { port: at })).toMatch(/^allow/);
      }),
      { numRuns: 2000 },
    );
  });
});
