import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../../src/credentials/redact.ts';

const SECRET = 'sk-ant/+?& "ü\\end';

describe('a redactor', () => {
  test.each([
    ['as it is', SECRET],
    ['in JSON', JSON.stringify({ key: SECRET })],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in url-safe base64', Buffer.from(SECRET).toString('base64url')],
    ['in a URL', `https://host/?key=${encodeURIComponent(SECRET)}`],
    ['in a form', new URLSearchParams({ key: SECRET }).toString()],
  ])('masks a secret %s', (_, text) => {
    const masked = redactor([SECRET])(`before ${text} after`);
    expect(masked).toMatch(/^before .*••••.* after$/);
    expect(masked).not.toContain(text);
  });

  test('masks a secret inside a longer base64, wherever it lies', () => {
    for (const prefix of ['', 'u', 'us', 'user:']) {
      const text = Buffer.from(`${prefix}${SECRET}:rest`).toString('base64');
      expect(redactor([SECRET])(text)).toContain('••••');
    }
  });

  test('leaves a text without secrets as it is', () => {
    expect(redactor(['', 'secret'])('nothing here')).toBe('nothing here');
    expect(redactor([])('anything')).toBe('anything');
  });

  test('masks the longest of secrets that lie in one another', () => {
    expect(redactor(['abcd', 'abcdefgh'])('x abcdefgh y')).toBe('x •••• y');
  });

  test('leaves no given value in any text, in any of its forms', () => {
    const value = fc.string({ minLength: 4, unit: 'grapheme' }).filter((text) => !text.includes('•'));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.string(),
        (values, before, after) => {
          const redact = redactor(values);
          for (const secret of values) {
            const bytes = Buffer.from(secret);
            const forms = [
              secret,
              bytes.toString('base64'),
              bytes.toString('base64url'),
              JSON.stringify(secret).slice(1, -1),
              encodeURIComponent(secret),
            ];
            for (const form of forms) {
              const masked = redact(`${before}\u0000${form}\u0000${after}`);
              expect(masked).not.toContain(`\u0000${form}\u0000`);
              for (const other of values) expect(masked).not.toContain(other);
            }
          }
        },
      ),
    );
  });
});
