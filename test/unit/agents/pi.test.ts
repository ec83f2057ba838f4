import { describe, expect, test } from 'vitest';
import { pi } from '../../../src/agents/pi.ts';
import type { Provider } from '../../../src/config/profile.ts';
import { userError } from '../support/config.ts';

const ANTHROPIC: Provider = {
  name: 'anthropic',
  baseUrl: 'https://models.acme.test',
  headers: {},
  query: {},
  project: undefined,
  region: undefined,
  adc: undefined,
  profile: undefined,
};
const FACTS = {
  autonomy: 'auto',
  resume: false,
  workspace: '/workspace',
  provider: undefined,
  permissions: undefined,
} as const;
const seeded = (before: string | undefined, provider: Provider | undefined) =>
  pi.firstRun({ ...FACTS, credentials: {}, provider, existing: () => before });

describe('pi', () => {
  test('ignores what a project brings, and takes nobody else to serve it', () => {
    expect(pi.command(FACTS).join(' ')).toBe('pi --no-approve --models anthropic/*');
    const google = { ...ANTHROPIC, name: 'google' } as const;
    expect(pi.command({ ...FACTS, provider: google, resume: true }).join(' ')).toBe(
      'pi --no-approve --models google/* --continue',
    );
  });

  test('goes without the tools that are denied', () => {
    const permissions = { allow: [], ask: [], deny: ['bash', 'web_search'] };
    expect(pi.command({ ...FACTS, permissions }).join(' ')).toContain('--exclude-tools bash,web_search');
  });

  test.each([
    { autonomy: 'ask' as const },
    { permissions: { allow: ['bash'], ask: [], deny: [] } },
    { permissions: { allow: [], ask: ['bash'], deny: [] } },
    { permissions: { allow: [], ask: [], deny: ['bash: rm *'] } },
  ])('is refused what it cannot do: %j', async (facts) => {
    const error = await userError(() => pi.command({ ...FACTS, ...facts }));
    expect(error.trouble).toBe('config');
    expect(error.message).toMatch(/^pi cannot /);
  });

  test('gets the address of its provider, beside what is there already', () => {
    const before = JSON.stringify({ providers: { ollama: { baseUrl: 'http://box:1' }, anthropic: { headers: {} } } });
    const [file] = seeded(before, ANTHROPIC);
    expect(file?.file).toBe('models.json');
    expect(JSON.parse(file?.content ?? '')).toEqual({
      providers: {
        ollama: { baseUrl: 'http://box:1' },
        anthropic: { headers: {}, baseUrl: 'https://models.acme.test' },
      },
    });
    expect(seeded(file?.content, ANTHROPIC)).toEqual([]);
  });

  test('loses an address that is no longer configured', () => {
    const [file] = seeded(seeded(undefined, ANTHROPIC)[0]?.content, undefined);
    expect(JSON.parse(file?.content ?? '')).toEqual({ providers: {} });
  });

  test('does not run with a models.json that cannot be read', async () => {
    expect((await userError(() => seeded('{ // mine', ANTHROPIC))).message).toContain('models.json');
  });
});
