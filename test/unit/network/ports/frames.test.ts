import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BODY_LIMIT, encodeFrame, frameCutter, type PortFrame } from '../../../../src/network/ports/frames.ts';

const frame = fc.record({
  id: fc.nat({ max: 2 ** 32 - 1 }),
  kind: fc.nat({ max: 255 }),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

test('frames come out as they went in, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (frames, sizes) => {
      const got: PortFrame[] = [];
      const push = frameCutter((one) => got.push({ ...one, body: Buffer.from(one.body) }));
      const bytes = Buffer.concat(frames.map(({ id, kind, body }) => encodeFrame(id, kind, body)));
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(got).toEqual(frames);
    }),
  );
});

test('a body that is too long is refused by its length alone', () => {
  const push = frameCutter(() => {});
  push(encodeFrame(1, 2, Buffer.alloc(BODY_LIMIT)));
  expect(() => push(encodeFrame(1, 2, Buffer.alloc(BODY_LIMIT + 1)).subarray(0, 8))).toThrow(/65537 bytes/);
});
