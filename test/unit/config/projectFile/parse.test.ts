import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FORBIDDEN } from '../../../../src/config/projectFile/forbidden.ts';
import { parseProjectFile } from '../../../../src/config/projectFile/parse.ts';
import { projectJsonSchema, projectSchema } from '../../../../src/config/projectFile/schema.ts';
import { UserError } from '../../../../src/errors.ts';
import { userError } from '../../support/config.ts';

const parse = (text: string) => parseProjectFile({ path: '/work/shop/.agentbox.yaml', text });
const mistake = async (text: string) => (await userError(() => parse(text))).message;

describe('a project file', () => {
  it('may be empty, or only comments', () => {
    for (const text of ['', '\n', '# nothing\n', '{}']) expect(parse(text)).toEqual({});
  });

  it('is read as the configuration is, and says of rules where they stand', () => {
    expect(
      parse('deny: [npm]\nallow: [api.test]\nresources: { memory: 1g }\nmask: [a]\ntoolchains: { node: 22 }\n'),
    ).toEqual({
      deny: [{ text: 'npm', from: '.agentbox.yaml' }],
      allow: [{ text: 'api.test', from: '.agentbox.yaml' }],
      resources: { memory: 1024 ** 3 },
      mask: ['a'],
      toolchains: { node: '22' },
    });
  });

  it('is refused with every mistake, its place, the nearest name and what to do', async () => {
    const error = await userError(() => parse('netwrok: none\nresources:\n  memroy: 1g\nworkspace: clown\n'));
    expect(error.message).toBe(`the project's .agentbox.yaml has 3 mistakes
  /work/shop/.agentbox.yaml:1:1 netwrok: unknown key, did you mean network?
  /work/shop/.agentbox.yaml:3:3 resources.memroy: unknown key, did you mean memory?
  /work/shop/.agentbox.yaml:4:12 workspace: "clown" is not valid, did you mean clone?`);
    expect(error.next).toEqual(['mend or remove it', 'agentbox run --no-project-file …, to go without it']);
    expect(error.why).toContain('it is not passed over');
  });

  it.each([...FORBIDDEN])('cannot say %s, and is told why', async (key, reason) => {
    expect(await mistake(`${key}: x\n`)).toContain(`${key}: is not for a project to say, as ${reason}`);
  });

  it.each([
    ['network: open', '"open" is not valid'],
    ['allow: ["*"]', '* is not for a project to say'],
    ['allow: ["*:8443"]', '* is not for a project to say'],
    ['env: { ANTHROPIC_BASE_URL: http://evil.test }', 'is not for a project to say'],
    ['env: { HTTPS_PROXY: http://evil.test }', 'is not for a project to say'],
    ['env: { LD_PRELOAD: /workspace/evil.so }', 'is not for a project to say'],
    ['mask: [certs/**, "!certs/key"]', 'takes something out again'],
    ['protect: ["!.envrc"]', 'takes something out again'],
    ['mask: [../other/.env]', 'is no path or pattern inside the project'],
    ['mask: [/etc/passwd]', 'is no path or pattern inside the project'],
    ['packages: ["git; curl evil"]', 'is no name of a Debian package'],
    ['- a list', 'must be a group of keys'],
    ['mask: &a [*a]', 'must be text'],
    ['mask: *a', 'alias'],
  ])('cannot say %s', async (text, message) => {
    expect(await mistake(text)).toContain(message);
  });

  it('cannot move the cursor or fill the screen by its mistakes', async () => {
    const message = await mistake(
      `"\\e[2J\u202e${'x'.repeat(900)}": 1\n${[...Array(3000).keys()].map((n) => `k${n}: 1`).join('\n')}\n`,
    );
    expect(message).toContain('\\u{1b}[2J\\u{202e}xxx');
    expect(message).not.toMatch(/\p{Cf}/u);
    expect(message.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThan(15_000);
    expect(message.split('\n')).toHaveLength(21);
  });

  it('with thousands of things in one another, or an alias bomb, is refused in words', async () => {
    expect(await mistake('['.repeat(30_000))).toContain('mistake');
    expect(await mistake(`mask: ${'['.repeat(20_000)}${']'.repeat(20_000)}`)).toContain('mistake');
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefg'
        .split('')
        .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(',')}]`),
    ];
    expect(await mistake(`${bomb.join('\n')}\n`)).toMatch(/alias|mistakes/);
  });

  it('of any text at all is read or refused, and nothing else is thrown', { timeout: 60_000 }, () => {
    const keys = fc.constantFrom(...Object.keys(projectSchema.shape), ...FORBIDDEN.keys(), '__proto__', 'toString');
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.dictionary(keys, fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parse(text);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
    expect(Object.hasOwn(Object.prototype, 'mask')).toBe(false);
  });
});

test('project.schema.json is what the schema gives; npm run schema writes it', () => {
  const file = new URL('../../../../project.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(projectJsonSchema());
});

test('each setting of a project file says what it is for', () => {
  for (const [key, type] of Object.entries(projectSchema.shape)) expect(type.description, key).toMatch(/\w/);
});
