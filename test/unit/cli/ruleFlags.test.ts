import { expect, test } from 'vitest';
import { ruleFlags } from '../../../src/cli/ruleFlags.ts';
import { UsageError } from '../../../src/errors.ts';

test('rules and presets of --allow and --deny pass as they are', () => {
  const flags = { allow: ['npm', 'example.com:8443'], deny: ['10.0.0.0/8', '0.0.0.0/0'] };
  expect(ruleFlags(flags)).toBe(flags);
  expect(ruleFlags({})).toEqual({});
});

test('anything else is an error of usage, which shows no password', () => {
  expect(() => ruleFlags({ allow: ['gihtub'] })).toThrow(UsageError);
  expect(() => ruleFlags({ allow: ['gihtub'] })).toThrow('--allow gihtub: is no preset, did you mean github?');
  expect(() => ruleFlags({ deny: ['http://me:s3cret@x.test'] })).toThrow(/^--deny …@x\.test: is no rule/);
});
