import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { swap } from '../../../../src/network/gateway/swap.ts';
import type { BrokeredSecret } from '../../../../src/network/protocol.ts';

const secret = (name: string): BrokeredSecret => ({
  ...{ name, placeholder: `sk-agentbox-${name}`, value: `real&=%/${name}`, hosts: ['a.test'] },
});
const [one, two] = [secret('one'), secret('two')];
const signing: BrokeredSecret = {
  ...secret('aws'),
  sign: { kind: 'sigv4', accessKeyId: 'AKIA', sessionToken: undefined },
};
const all = [one, two, signing];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const inHeader = (value: string) => swap({ target: '/', headers: ['X', value] }, all).headers[1];
const inTarget = (target: string) => swap({ target, headers: [] }, all).target;

describe('a placeholder is replaced', () => {
  test.each([
    [one.placeholder, one.value],
    [`Bearer ${one.placeholder}`, `Bearer ${one.value}`],
    [`token  ${two.placeholder}`, `token  ${two.value}`],
    [`Basic ${base64(`x-access-token:${one.placeholder}`)}`, `Basic ${base64(`x-access-token:${one.value}`)}`],
    [`basic ${base64(`${one.placeholder}:`)}`, `basic ${base64(`${one.value}:`)}`],
    [`Basic ${base64(`${one.placeholder}:${two.placeholder}`)}`, `Basic ${base64(`${one.value}:${two.value}`)}`],
  ])('in %s', (value, expected) => expect(inHeader(value)).toBe(expected));

  test('in the values of a query, escaped', () => {
    expect(inTarget(`/a?key=${one.placeholder}&b=1&c=${two.placeholder}`)).toBe(
      `/a?key=${encodeURIComponent(one.value)}&b=1&c=${encodeURIComponent(two.value)}`,
    );
  });

  test('and it is told which secrets were put in', () => {
    const headers = ['A', one.placeholder, 'B', `Bearer ${one.placeholder}`];
    expect(swap({ target: '/', headers }, all).used).toEqual([one]);
    expect(swap({ target: `/?k=${two.placeholder}`, headers: [] }, all).used).toEqual([two]);
  });
});

describe('a placeholder stays what it is', () => {
  test.each([
    `a=${one.placeholder}; b=2`,
    `${one.placeholder}, ${two.placeholder}`,
    `x${one.placeholder}`,
    `${one.placeholder} `,
    `Bearer ${one.placeholder} ${two.placeholder}`,
    one.placeholder.toUpperCase(),
    `Basic ${one.placeholder}`,
    `Basic ${base64(one.placeholder)}`,
    `Digest username="${one.placeholder}"`,
  ])('in %s', (value) => expect(inHeader(value)).toBe(value));

  test.each([
    `/${one.placeholder}`,
    `/?${one.placeholder}`,
    `/?${one.placeholder}=1`,
    `/a#?k=x${one.placeholder}`,
    `/?a=${one.placeholder}x`,
  ])('in the address %s', (target) => expect(inTarget(target)).toBe(target));

  test('in the name of a header, and where it is that of a key that signs', () => {
    const head = { target: `/?k=${signing.placeholder}`, headers: [one.placeholder, '1', 'A', signing.placeholder] };
    expect(swap(head, all)).toEqual({ ...head, used: [] });
  });
});

test('what holds no placeholder comes out as it went in, byte for byte', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 });
  fc.assert(
    fc.property(text, fc.array(fc.tuple(text, text)), (target, headers) => {
      const head = { target, headers: headers.flat() };
      expect(swap(head, all)).toEqual({ ...head, used: [] });
    }),
  );
});

test('a value comes out only where a placeholder went in, and never twice for one', () => {
  const around = fc.string({ unit: fc.constantFrom(' ', ':', '&', '=', '?', 'a', 'Basic', ',', ';'), maxLength: 6 });
  fc.assert(
    fc.property(around, around, fc.boolean(), (before, after, encode) => {
      const value = `${before}${one.placeholder}${after}`;
      const head = { target: `/${before}?q=${value}`, headers: ['X', encode ? `Basic ${base64(value)}` : value] };
      const { target, headers, used } = swap(head, all);
      const changed = target !== head.target || headers[1] !== head.headers[1];
      expect(changed).toBe(used.length > 0);
      for (const text of [target, ...headers]) {
        expect(text.split(encodeURIComponent(one.value)).length + text.split(one.value).length).toBeLessThanOrEqual(3);
      }
    }),
  );
});
