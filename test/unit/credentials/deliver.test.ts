import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { shell } from '../../../src/agents/shell.ts';
import type { Frame } from '../../../src/box/payload.ts';
import { type DeliveryRequest, deliver } from '../../../src/credentials/deliver.ts';
import { NO_ENV, type Resolved } from '../../../src/credentials/resolved.ts';
import { userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';

const KEY: Resolved = { name: 'ANTHROPIC_API_KEY', source: 'x', expires: undefined, delivery: 'env', value: 'the-key' };

function delivered(changes: Partial<DeliveryRequest> = {}) {
  return deliver({
    agent: shell,
    profile: profile(),
    workspace: '/workspace',
    credentials: [],
    env: NO_ENV,
    existing: () => undefined,
    extra: [],
    ...changes,
  });
}

const variables = (frames: readonly Frame[]) =>
  Object.fromEntries(frames.flatMap((frame) => (frame.op === 'env' ? [[frame.name, frame.value]] : [])));

describe('the payload of a box', () => {
  test('has variables of env_file, of the profile over them, and of --env over both', () => {
    const env = {
      file: { A: 'file', B: 'file', C: 'file' },
      profile: { B: 'profile', C: 'profile' },
      flags: { C: 'flag' },
    };
    expect(variables(delivered({ env }).frames)).toEqual({ A: 'file', B: 'profile', C: 'flag' });
  });

  test.each(['file', 'profile'])('has the credential, and says so, when a variable of %s has its name', (where) => {
    const env = { ...NO_ENV, [where]: { ANTHROPIC_API_KEY: 'other' } };
    const { frames, notices } = delivered({ credentials: [KEY], env });
    expect(variables(frames)['ANTHROPIC_API_KEY']).toBe('the-key');
    expect(notices).toEqual([expect.stringContaining('the credential is used')]);
  });

  test('has the value of --env in the place of everything', () => {
    const env = { file: { A: 'file' }, profile: { A: 'profile' }, flags: { A: 'flag', ANTHROPIC_API_KEY: 'mine' } };
    expect(variables(delivered({ credentials: [KEY], env }).frames)).toEqual({ A: 'flag', ANTHROPIC_API_KEY: 'mine' });
  });

  test('says no value in a notice', () => {
    const env = { ...NO_ENV, profile: { ANTHROPIC_API_KEY: 'other' } };
    expect(delivered({ credentials: [KEY], env }).notices.join()).not.toMatch(/the-key|other/);
  });

  test('has credential files for the agent alone, and nothing for a login that is kept', () => {
    const credentials: Resolved[] = [
      { name: 'A', source: 'x', expires: undefined, delivery: 'file', path: '/tmp/a', when: 'once', value: 'text' },
      { name: 'B', source: 'x', expires: 1, delivery: 'kept', path: '/home/agent/.claude/.credentials.json' },
    ];
    expect(delivered({ credentials }).frames).toEqual([
      { op: 'file', path: '/tmp/a', mode: '600', when: 'once', content: 'text' },
    ]);
  });

  test('keeps projects of claude from redirecting a key, where one is in the environment', () => {
    const { frames } = delivered({ agent: claude, credentials: [KEY] });
    expect(variables(frames)).toMatchObject({ CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1' });
    const fromFlag = delivered({ agent: claude, env: { ...NO_ENV, flags: { ANTHROPIC_AUTH_TOKEN: 'x' } } });
    expect(variables(fromFlag.frames)).toHaveProperty('CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST');
    expect(variables(delivered({ agent: claude }).frames)).toEqual({});
  });

  test('answers the first-run questions of the agent for the key that it really gets', () => {
    const flags = { ANTHROPIC_API_KEY: 'sk-flag-0123456789-0123456789' };
    const { frames } = delivered({ agent: claude, credentials: [KEY], env: { ...NO_ENV, flags } });
    const config = frames.find((frame) => frame.op === 'file' && frame.path === '/home/agent/.claude/.claude.json');
    expect(config).toMatchObject({ mode: '600', when: 'always' });
    expect(config?.op === 'file' && config.content).toContain(flags.ANTHROPIC_API_KEY.slice(-20));
  });

  test('ends with the frames it was given', () => {
    const link: Frame = { op: 'link', path: '/a', target: '/b' };
    expect(delivered({ extra: [link] }).frames).toEqual([link]);
  });

  test('refuses a NUL byte in a variable, and a name that is none', async () => {
    const nul = await userError(() => delivered({ env: { ...NO_ENV, flags: { A: 'se\0cret' } } }));
    expect(nul.message).toBe('the value of A holds a NUL byte, which no environment can');
    const name = await userError(() => delivered({ env: { ...NO_ENV, profile: { 'A=B': 'x' } } }));
    expect(name.message).toBe('"A=B" is no name of a variable');
  });

  test('names as secrets the credentials and the longer variables', () => {
    const env = { ...NO_ENV, file: { LONG: 'long-enough' }, flags: { DEBUG: '1' } };
    expect(delivered({ credentials: [KEY], env }).secrets).toEqual(['the-key', 'long-enough']);
  });
});
