import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSize, parseSize } from '../../../src/config/size.ts';

test.each([
  ['4g', 4 * 1024 ** 3],
  ['512m', 512 * 1024 ** 2],
  ['1.5G', 1.5 * 1024 ** 3],
  ['2KiB', 2048],
  ['10kb', 10240],
  ['1000', 1000],
  ['1t', 1024 ** 4],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'g', '-1', '0', '0g', '4 g', '4x', '1e3', '1.', '99999999t', ' 4g', '0x10'])('%j is no size', (text) => {
  expect(parseSize(text)).toBeUndefined();
});

test('what is written is read back to the same number of bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
      expect(parseSize(formatSize(bytes))).toBe(bytes);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4096 }), fc.integer({ min: 0, max: 4 }), (count, power) => {
      expect(parseSize(formatSize(count * 1024 ** power))).toBe(count * 1024 ** power);
    }),
  );
});

test('sizes are written with the largest unit that fits whole', () => {
  expect([4 * 1024 ** 3, 1536 * 1024 ** 2, 1000, 1].map(formatSize)).toEqual(['4g', '1536m', '1000', '1']);
});
