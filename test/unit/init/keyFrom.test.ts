import { expect, test } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { parseKeyFrom } from '../../../src/init/keyFrom.ts';

const NAMES = ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN'];
const PLACE = { cwd: '/work/shop', home: '/home/ann' };
const parse = (text: string, names: readonly string[] = NAMES) => parseKeyFrom(text, names, PLACE);
const key = (name: string, source: object) => ({ key: { name, source } });

test.each([
  ['env:ANTHROPIC_API_KEY', key('ANTHROPIC_API_KEY', { env: 'ANTHROPIC_API_KEY' })],
  ['env:CLAUDE_CODE_OAUTH_TOKEN', key('CLAUDE_CODE_OAUTH_TOKEN', { env: 'CLAUDE_CODE_OAUTH_TOKEN' })],
  ['env:ACME_KEY', key('ANTHROPIC_API_KEY', { env: 'ACME_KEY' })],
  ['CLAUDE_CODE_OAUTH_TOKEN=env:ACME', key('CLAUDE_CODE_OAUTH_TOKEN', { env: 'ACME' })],
  ['keychain:acme key', key('ANTHROPIC_API_KEY', { keychain: 'acme key' })],
  ['file:key.txt', key('ANTHROPIC_API_KEY', { file: '/work/shop/key.txt' })],
  ['file:~/key.txt', key('ANTHROPIC_API_KEY', { file: '/home/ann/key.txt' })],
  ['store', key('ANTHROPIC_API_KEY', { store: 'keychain' })],
  ['store:file', key('ANTHROPIC_API_KEY', { store: 'file' })],
  ['login', { login: 'host' }],
  ['own-login', { login: 'own' }],
  ['none', { nothing: true }],
])('--key-from %s', (text, expected) => {
  expect(parse(text)).toEqual(expected);
});

test.each(['sk-ant-api03-secret', 'env:sk-ant secret', 'file:', 'stored', 'KEY=sk-ant-secret', ''])(
  'for %j, which may be a key, nothing of it is repeated',
  (text) => {
    try {
      parse(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(UsageError);
      const { message, next } = error as UsageError;
      if (text !== '') expect([message, ...next].join('\n')).not.toContain('sk-ant');
    }
  },
);

test('an agent without keys needs the name', () => {
  expect(() => parse('env:X', [])).toThrow(UsageError);
  expect(parse('X=env:X', [])).toEqual(key('X', { env: 'X' }));
});
