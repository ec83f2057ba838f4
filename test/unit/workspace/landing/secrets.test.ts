import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KNOWN_RULE, RULES, secretFinder } from '../../../../src/workspace/landing/secrets/find.ts';
import { canary, plainCanary } from '../../../e2e/support/canary.ts';
import { chance, MIXED } from './support/chance.ts';
import { CONTEXTS, MAKERS } from './support/corpus.ts';

const find = secretFinder([]);
const rules = (text: string | Uint8Array, before?: string) =>
  find(Buffer.from(text), before === undefined ? undefined : Buffer.from(before)).map(({ rule }) => rule);
const github = (seed: number) => `${'gh'}p_${chance(seed).text(MIXED, 36)}`;

describe('a secret of a provider', () => {
  test('is told with its line, its public beginning and its length, and nothing more', () => {
    const text = `a\r\nb\n\n  token: ${github(3)}\n`;
    expect(find(Buffer.from(text))).toEqual([{ rule: 'github', line: 4, masked: 'ghp_•••• (40 characters)' }]);
  });

  test('is never part of a finding', () => {
    for (const [index, { token, text }] of MAKERS.entries()) {
      const secret = (token ?? text)?.(chance(index + 5)) ?? '';
      const told = JSON.stringify(find(Buffer.from(secret)));
      const pieces = Array.from({ length: Math.max(0, secret.length - 9) }, (_, at) => secret.slice(at + 5, at + 14));
      expect(pieces.filter((piece) => piece.length >= 9 && !/[^\w+/-]/.test(piece) && told.includes(piece))).toEqual(
        [],
      );
    }
  });

  test('that was in the file before is nothing new, another one is', () => {
    const text = `a = ${github(3)}`;
    expect(rules(`# moved\n${text}`, text)).toEqual([]);
    expect(rules(`${text}\nb = ${github(4)}`, text)).toEqual(['github']);
  });

  test('counts once where two rules see it', () => {
    expect(rules(`GITHUB_TOKEN=${github(3)}\n`)).toEqual(['github']);
    expect(rules(`Authorization: Bearer ${github(3)}\n`)).toEqual(['github']);
  });

  test('is found in UTF-16 as well', () => {
    const wide = Buffer.from(`\ufeffx = "${github(3)}"`, 'utf16le');
    expect(rules(wide)).toEqual(['github']);
    expect(rules(Buffer.from(wide).swap16())).toEqual(['github']);
  });

  test.each([
    ['xs', `${'gh'}p_${'x'.repeat(36)}`],
    ['a word', `${'sk-'}ant-api03-your-key-here-your-key-here-your-key-here-your-key-here-your-key-here`],
    ['an example', `${'AKIA'}IOSFODNN7EXAMPLE`],
    ['a row of digits', `${'gh'}p_123456789012345678901234567890123456`],
    ['a variable', `${'gh'}p_$\{GITHUB_TOKEN_OF_THE_PROJECT_AND_MORE}`],
    ['a part of a word', `${'my'}${github(3)}`],
    ['one that is too long', `${'np'}m_${chance(2).text(MIXED, 60)}`],
    ['a placeholder of a box', `${'gh'}p_${chance(2).text(MIXED, 16)}agentbox0placeholder`],
    [
      'the token of all tutorials',
      `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${Buffer.from('{"sub":"1234567890","name":"John Doe"}').toString('base64url')}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`,
    ],
    [
      'a header of a key alone',
      `if (text.startsWith('-----BEGIN RSA PRIVATE ${'KEY'}-----')) return parse(text, options, callback);`,
    ],
    [
      'an address without a password',
      'https://user@host/x https://user:@host https://user:password@host postgres://user:$PASSWORD@host',
    ],
    ['a call', 'const token = await getTokenFromVault2("production3"); password: process.env.DB_PASSWORD1,'],
    ['a path', 'secret: "./config/secrets2/production3.yaml"\npassword_file=/run/secrets/db-password-1\n'],
    ['words', 'password = "correct-horse-battery-staple-2"\ntoken_type: urn:ietf:params:oauth:token-type:jwt\n'],
    [
      'a checksum',
      `integrity sha512-${chance(5).bytes(64).toString('base64')}\nsha256 = "${chance(5).bytes(32).toString('hex')}"\n`,
    ],
  ])('is not %s', (_, text) => {
    expect(rules(text)).toEqual([]);
  });
});

describe('a secret of the client', () => {
  const odd = canary('ODD');
  const even = plainCanary('EVEN');
  const own = secretFinder([odd, even, { name: 'SHORT', value: 'hunter2' }, { name: 'NONE', value: '' }]);
  const credentials = (text: string) => own(Buffer.from(text)).map(({ rule, credential }) => `${rule} ${credential}`);

  test.each([
    ['as it is', (value: string) => value],
    ['in JSON', (value: string) => JSON.stringify({ value })],
    ['in a URL', (value: string) => encodeURIComponent(value)],
    ['in a form', (value: string) => new URLSearchParams({ value }).toString()],
    ['in base64', (value: string) => Buffer.from(value).toString('base64')],
    ['in base64 after a byte', (value: string) => Buffer.from(`x${value}y`).toString('base64')],
    ['in base64 after two bytes', (value: string) => Buffer.from(`xy${value}z`).toString('base64url')],
    ['in hexadecimal', (value: string) => Buffer.from(value).toString('hex')],
    ['in HEXADECIMAL', (value: string) => Buffer.from(value).toString('hex').toUpperCase()],
    ['backwards', (value: string) => [...value].reverse().join('')],
    ['inside a word', (value: string) => `x${value}y`],
  ])('is found %s', (_, encode) => {
    for (const { name, value } of [odd, even])
      expect(credentials(`a = "${encode(value)}"\n`)).toEqual([`${KNOWN_RULE} ${name}`]);
  });

  test('that is short is found by itself alone', () => {
    expect(credentials('password: hunter2')).toEqual([`${KNOWN_RULE} SHORT`]);
    expect(credentials('thehunter2000')).toEqual([]);
  });

  test('is told by the name of its credential, with nothing of its value', () => {
    expect(own(Buffer.from(`\n${even.value}`))).toEqual([
      { rule: KNOWN_RULE, line: 2, masked: `•••• (${even.value.length} characters)`, credential: 'EVEN' },
    ]);
  });

  test('with lines or values of its own is found by each of them', () => {
    const [line, token] = [chance(8).text(MIXED, 64), chance(9).text(MIXED, 30)];
    const large = secretFinder([
      { name: 'KEY', value: `-----BEGIN X-----\n${line}\n-----END X-----\n` },
      { name: 'LOGIN', value: JSON.stringify({ oauth: { accessToken: token, url: 'https://login.example.com/a/1' } }) },
    ]);
    const found = (text: string) => large(Buffer.from(text)).map(({ credential }) => credential);
    expect(found(`    ${line}\n`)).toEqual(['KEY']);
    expect(found(`x=${token}`)).toEqual(['LOGIN']);
    expect(found('-----BEGIN X-----\nhttps://login.example.com/a/1')).toEqual([]);
  });

  test('is found in every text around it, with its line', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (before, after) => {
        const [finding] = own(Buffer.from(`${before}\n${even.value}\n${after}`));
        expect(finding).toMatchObject({ credential: 'EVEN', line: before.split('\n').length + 1 });
      }),
    );
  });
});

describe('whatever the bytes', () => {
  const pieces = RULES.flatMap(({ anchors }) => anchors);
  const hostile = fc
    .array(
      fc.oneof(fc.constantFrom(...pieces), fc.string(), fc.constantFrom('\n', '=', ': "', 'eyJ', '-', 'A'.repeat(40))),
      { maxLength: 60 },
    )
    .map((parts) => Buffer.from(parts.join('')));

  test('nothing is thrown, and every line is one of the file', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 4096 }), hostile), fc.option(hostile), (bytes, before) => {
        const lines = Buffer.from(bytes).toString('latin1').split('\n').length;
        for (const { line } of find(bytes, before ?? undefined)) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('no pattern can go back further than a bound', () => {
    for (const { name, pattern, anchors } of RULES) {
      const bare = pattern.source
        .replace(/\\./g, 'x')
        .replace(/\[[^\]]*\]/g, 'x')
        .replace(/\(\?/g, '(');
      expect(`${name} ${bare}`).not.toMatch(/[*+]|\{\d+,\}/);
      expect(pattern.flags).toBe('y');
      expect(anchors.filter((anchor) => anchor.length < 3)).toEqual([]);
    }
  });

  test('a long row of the same beginning is looked through', { timeout: 60_000 }, () => {
    const size = 1 << 20;
    for (const piece of new Set([
      ...pieces,
      'eyJ.',
      'A',
      'ab/+',
      '-----BEGIN ',
      'QUtJ\n',
      '://a:b@',
      '"kty"',
      ' ',
      '\n',
    ])) {
      expect(find(Buffer.from(piece.repeat(size / 8 / piece.length))).length).toBeLessThan(size / 8);
    }
  });

  test('a secret is found in each context at the line where it begins', () => {
    for (const { put } of CONTEXTS) {
      const text = put(github(11));
      const at = text.indexOf(github(11));
      const [finding] = find(Buffer.from(text));
      if (at >= 0) expect(finding?.line).toBe(text.slice(0, at).split('\n').length);
    }
  });
});
