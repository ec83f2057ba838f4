import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stripElf } from '../../../scripts/release/stripElf.ts';

test('a program without its sections is smaller and runs', () => {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-strip-'));
  try {
    const program = readFileSync('/bin/echo');
    const stripped = stripElf(program);
    expect(stripped.length).toBeLessThan(program.length);
    writeFileSync(join(dir, 'echo'), stripped, { mode: 0o755 });
    expect(execFileSync(join(dir, 'echo'), ['still here'], { encoding: 'utf8' })).toBe('still here\n');
    expect(stripElf(stripped)).toEqual(stripped);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('what is no ELF program is refused', () => {
  expect(() => stripElf(Buffer.from('#!/bin/sh\necho\n'))).toThrow('not a 64-bit little-endian ELF file');
});
