import { describe, expect, it } from 'vitest';
import { parseEnv, parseMount } from '../../../src/cli/runFlags.ts';

describe('--mount', () => {
  it.each([
    ['/data:/data', { source: '/data', target: '/data', write: false }],
    ['/data:/data:rw', { source: '/data', target: '/data', write: true }],
    ['/data:/data:ro', { source: '/data', target: '/data', write: false }],
    ['./a b:/data', { source: '/work/a b', target: '/data', write: false }],
    ['/a:b:/data:rw', { source: '/a:b', target: '/data', write: true }],
    ['~/x:/x', { source: '/home/user/x', target: '/x', write: false }],
  ])('%s', (text, expected) => {
    expect(parseMount(text, '/work', '/home/user')).toEqual(expected);
  });

  it.each(['/data', ':/data', '/data:data', ''])('%s is not understood', (text) => {
    expect(() => parseMount(text, '/work', '/home/user')).toThrow(/not SRC:DST/);
  });
});

describe('--env', () => {
  it('takes NAME=VALUE, with further equals signs in the value', () => {
    expect(parseEnv('A=b=c', {})).toEqual(['A', 'b=c']);
  });

  it('takes NAME from the environment', () => {
    expect(parseEnv('A', { A: 'x' })).toEqual(['A', 'x']);
  });

  it('never shows what may be a secret', () => {
    expect(() => parseEnv('sk-secret=value', {})).toThrow(/^--env: not a name of a variable$/);
  });

  it('says when there is no such variable', () => {
    expect(() => parseEnv('MISSING', {})).toThrow(/--env MISSING: it is not set here/);
  });
});
