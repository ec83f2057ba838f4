import { describe, expect, test } from 'vitest';
import type { Change, FileState } from '../../../../src/workspace/landing/change.ts';
import { PLACES } from '../../../../src/workspace/landing/places/index.ts';
import { risksOf, stops } from '../../../../src/workspace/landing/risks.ts';
import { added, edited, file, link } from './support/changes.ts';

const marks = (change: Change) => risksOf(change).map(({ rule, level }) => `${level} ${rule}`);
const reasons = (change: Change) =>
  risksOf(change)
    .map(({ reason }) => reason)
    .join('\n');

describe('a path', () => {
  test.each([
    'src/main.ts',
    'README.md',
    'docs/github/workflows.md',
    'src/claude/index.ts',
    'test/vscode.test.ts',
    'lib/git.ts',
    '.gitignore',
    'a b/c.txt',
    'größe.txt',
    'logo.svg',
    'src/package.ts',
    'husky.txt',
  ])('%s is not marked', (path) => {
    expect(risksOf(added(path))).toEqual([]);
  });

  test.each([
    ['.github/workflows/ci.yml', 'ci'],
    ['.GitHub/Workflows/ci.yml', 'ci'],
    ['packages/a/.gitlab-ci.yml', 'ci'],
    ['Jenkinsfile', 'ci'],
    ['azure-pipelines.release.yml', 'ci'],
    ['.github/CODEOWNERS', 'forge-settings'],
    ['.vscode/tasks.json', 'editor'],
    ['.vscode', 'editor'],
    ['acme.code-workspace', 'editor'],
    ['.idea/runConfigurations/x.xml', 'editor'],
    ['.devcontainer/devcontainer.json', 'devcontainer'],
    ['.claude/settings.local.json', 'agent-settings'],
    ['sub/.mcp.json', 'agent-settings'],
    ['.codex/config.toml', 'agent-settings'],
    ['.agentbox.yaml', 'agent-settings'],
    ['.husky/pre-commit', 'git-hooks'],
    ['.pre-commit-config.yaml', 'git-hooks'],
    ['lefthook-local.yml', 'git-hooks'],
    ['.envrc', 'shell'],
    ['.ENVRC', 'shell'],
    ['.envrc.', 'shell'],
    ['.en\u200dvrc', 'shell'],
    ['.gitconfig', 'git-settings'],
    ['.npmrc', 'package-settings'],
    ['.yarn/releases/yarn.cjs', 'package-settings'],
    ['.cargo/config.toml', 'package-settings'],
    ['.bazelrc', 'package-settings'],
    ['setup.py', 'build'],
    ['tests/conftest.py', 'build'],
    ['native/binding.gyp', 'build'],
    ['build.rs', 'build'],
    ['Makefile', 'build'],
    ['gradle/wrapper/gradle-wrapper.jar', 'build'],
    ['gradle/wrapper/gradle-wrapper.properties', 'build'],
    ['Gemfile', 'build'],
    ['compose.override.yaml', 'containers'],
    ['.venv/bin/python', 'interpreter'],
    ['lib/pyvenv.cfg', 'interpreter'],
    ['node_modules/left-pad/index.js', 'installed-packages'],
  ])('%s needs a yes: %s', (path, rule) => {
    expect(marks(added(path))).toContain(`ask ${rule}`);
    expect(marks(edited(path, 'a\n', 'b\n'))).toContain(`ask ${rule}`);
    expect(marks({ path, before: file('a'), after: file('a') }).filter((mark) => mark.endsWith(rule))).toEqual([]);
  });

  test.each([
    ['CLAUDE.md', 'agent-instructions'],
    ['.cursorrules', 'agent-instructions'],
    ['Dockerfile', 'image'],
    ['vitest.config.ts', 'tool-settings'],
  ])('%s is told: %s', (path, rule) => {
    expect(marks(added(path))).toEqual([`note ${rule}`]);
  });

  test('that is removed is told, and asks where it held something back', () => {
    expect(marks({ path: '.github/workflows/ci.yml', before: file('a') })).toEqual(['note ci']);
    expect(marks({ path: '.npmrc', before: file('ignore-scripts=true') })).toEqual(['ask package-settings']);
    expect(marks({ path: 'src/main.ts', before: file('a') })).toEqual([]);
  });

  test('of the data is in lower case, once, and has a reason', () => {
    const paths = PLACES.flatMap((place) => place.paths);
    expect(paths.filter((path) => path !== path.toLowerCase() || path.startsWith('/'))).toEqual([]);
    expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
    expect(PLACES.filter(({ reason }) => reason === '' || /^[A-Z][a-z]|\.$/.test(reason))).toEqual([]);
  });
});

describe('a name', () => {
  test.each([
    '.git',
    '.GIT',
    '.Git/hooks/pre-commit',
    'a/.git/config',
    'a/.git',
    '.git /config',
    '.git./x',
    '.g\u200cit/x',
    '.gi\ufefft',
    'git~1',
    'GIT~1/x',
    '.git::$INDEX_ALLOCATION/x',
    '.git\\hooks\\x',
    '．ｇｉｔ/x',
  ])('%j never lands, since git may take it for a repository', (path) => {
    expect(marks(added(path))[0]).toBe('refuse dot-git');
  });

  test.each(['.gitx', 'git', '.gitignore', '.github/x.md', 'x.git/readme', 'git~', '.git-x'])(
    '%s is none of them',
    (path) => {
      expect(marks(added(path)).filter((mark) => mark.startsWith('refuse'))).toEqual([]);
    },
  );

  test.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a\0b', ''])('%j is no path of the project', (path) => {
    expect(marks(added(path))).toContain('refuse path');
  });

  test.each([
    'a\u202etxt.exe',
    'a\u200bb',
    'a\nb',
    'a\u001b[2Jb',
    'a.',
    'a ',
    ' a',
    '-rf',
    'a\\b',
    'a:b',
    'ｍain.ts',
    'progra~1',
    'a\ufffdb',
  ])('%j deceives, and needs a yes', (path) => {
    expect(marks(added(path))).toContain('ask name');
  });
});

describe('a symbolic link', () => {
  test.each([
    '/etc/passwd',
    '../..',
    '../../x',
    '../../../etc',
    'x/../../../..',
    'd/../e',
    '',
    'C:\\x',
    '\\\\host\\x',
    '../.git/hooks',
    '../.GIT/config',
    'a\0b',
  ])('in a folder to %j never lands', (target) => {
    const change = { path: 'd/l', after: link(target) };
    expect(marks(change)).toEqual(['refuse symlink-out']);
  });

  test.each(['..', 'x', '../x', './x/y', '../x/y.z', '...'])('to %j stays inside and is told', (target) => {
    expect(marks({ path: 'd/l', after: link(target) })).toEqual(['note symlink']);
  });

  test('at the top of the project may not go up', () => {
    expect(marks({ path: 'l', after: link('../x') })).toEqual(['refuse symlink-out']);
  });

  test('whose target was not read never lands', () => {
    expect(marks({ path: 'l', after: { mode: '120000' } })).toEqual(['refuse symlink-out']);
  });

  test('that was there is not marked, one in the place of a file is', () => {
    expect(marks({ path: 'l', before: link('/x'), after: link('/x') })).toEqual([]);
    expect(marks({ path: 'l', before: file('a'), after: link('b') })).toEqual(['note symlink']);
    expect(marks({ path: '.envrc', before: file('a'), after: link('b') })).toEqual(['note symlink', 'ask shell']);
  });
});

describe('a file', () => {
  test('that may be run from now on needs a yes', () => {
    expect(marks(added('x.sh', '#!/bin/sh\n', '100755'))).toEqual(['ask executable']);
    expect(marks({ path: 'x.sh', before: file('a'), after: file('a', '100755') })).toEqual(['ask executable']);
    expect(marks({ path: 'x.sh', before: file('a', '100755'), after: file('b', '100755') })).toEqual([]);
  });

  test('that is a submodule needs a yes', () => {
    expect(marks({ path: 'lib/x', after: { mode: '160000' } })).toEqual(['ask submodule']);
  });

  test('that was too large to be read needs a yes', () => {
    expect(marks({ path: 'x', after: { mode: '100644' } })).toEqual(['ask unread']);
  });

  test.each([
    ['\x7fELF\x02\x01\x01\0', 'ELF'],
    ['\xcf\xfa\xed\xfe\x07\0\0\x01', 'Mach-O'],
    ['MZ\x90\0\x03\0', 'Windows'],
    ['\0asm\x01\0\0\0', 'WebAssembly'],
    ['\xca\xfe\xba\xbe\0\0\0\x34', 'Java'],
    ['PK\x03\x04\x14\0', 'jar'],
    ['\x1f\x8b\x08\0', 'compressed'],
    ['a\0b', 'no text'],
  ])('%j needs a yes as %s', (bytes, word) => {
    const change = added('data', Buffer.from(bytes, 'latin1'));
    expect(marks(change)).toEqual(['ask binary']);
    expect(reasons(change)).toContain(word);
  });

  test('that is a picture is told, one of text that begins like a program is not', () => {
    expect(marks(added('x.png', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1')))).toEqual(['note media']);
    expect(marks(added('x.txt', 'MZ is a magic number'))).toEqual([]);
    expect(marks(added('x.txt', Buffer.from('\ufefftext', 'utf16le')))).toEqual([]);
  });

  test('whose text turns its direction or has what nobody sees needs a yes, with the line', () => {
    expect(reasons(added('a.ts', 'a\nif (x) { \u202e } \u2066'))).toContain('line 2');
    expect(marks(edited('a.ts', '\u202a', '\u202ab'))).toEqual([]);
    const unseen = [...'ignore all'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    expect(marks(added('notes.txt', `hello ${unseen}`))).toEqual(['ask hidden-text']);
    expect(marks(added('notes.txt', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 👩‍💻'))).toEqual(
      [],
    );
  });
});

describe('package.json', () => {
  const json = (value: object): FileState => file(JSON.stringify(value));
  const change = (before: object, after: object): Change => ({
    path: 'package.json',
    before: json(before),
    after: json(after),
  });

  test.each(['scripts', 'bin', 'gypfile', 'workspaces', 'packageManager', 'overrides'])(
    'asks where its %s change',
    (key) => {
      expect(marks(change({ name: 'a' }, { name: 'a', [key]: { x: 'y' } }))).toEqual(['ask package-scripts']);
      expect(marks(change({ [key]: { x: 'y' } }, { [key]: { x: 'z' } }))).toEqual(['ask package-scripts']);
      expect(marks(change({ [key]: { x: 'y' } }, { name: 'b', [key]: { x: 'y' } }))).toEqual([]);
    },
  );

  test('tells new dependencies, and asks for those from elsewhere', () => {
    expect(marks(change({}, { dependencies: { a: '^1.0.0', '@b/c': 'npm:d@1' } }))).toEqual(['note dependency']);
    expect(marks(change({ dependencies: { a: '^1.0.0' } }, { dependencies: { a: '^1.0.1' } }))).toEqual([]);
    for (const from of ['git+https://x.example/a.git', 'github:a/b', 'a/b', 'file:../a', 'https://x.example/a.tgz'])
      expect(marks(change({ dependencies: { a: '1' } }, { dependencies: { a: from } }))).toEqual([
        'ask package-scripts',
      ]);
  });

  test('asks where it cannot be read', () => {
    expect(marks(edited('package.json', '{}', '{'))).toEqual(['ask package-scripts']);
    expect(marks(edited('package.json', '{', '{}'))).toEqual([]);
  });
});

describe('a lockfile', () => {
  const entry = (url: string, sum: string) =>
    `"node_modules/a": {\n  "version": "1.0.0",\n  "resolved": "${url}",\n  "integrity": "sha512-${sum.repeat(80)}=="\n}`;
  const HOME = 'https://any.npmjs.org/a/-/a-1.0.0.tgz';

  test('with new packages of the registries is not marked', () => {
    expect(marks(edited('package-lock.json', '{}', entry(HOME, 'A')))).toEqual([]);
  });

  test.each([
    ['another host', entry('https://cdn.evil.example/a-1.0.0.tgz', 'A'), 'cdn.evil.example'],
    ['no encryption', entry('http://any.npmjs.org/a/-/a-1.0.0.tgz', 'A'), 'not encrypted'],
    ['another checksum', entry(HOME, 'B'), 'a-1.0.0.tgz'],
    ['no checksums', entry(HOME, 'A').replace(/"integrity.*\n/, ''), 'no checksums'],
  ])('with %s asks', (_, text, word) => {
    const change = edited('package-lock.json', entry(HOME, 'A'), text);
    expect(marks(change)).toEqual(['ask lockfile']);
    expect(reasons(change)).toContain(word);
  });

  test('of Yarn is read too, and no login is shown', () => {
    const yarn = (sum: string) =>
      `a@^1:\n  version "1.0.0"\n  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#abc"\n  integrity sha512-${sum.repeat(80)}==\n`;
    expect(marks(edited('yarn.lock', yarn('A'), yarn('B')))).toEqual(['ask lockfile']);
    expect(reasons(edited('uv.lock', '', 'url = "https://user:pass@pkg.corp.example/x"'))).toMatch(
      /: pkg\.corp\.example$/,
    );
  });
});

describe('files of git', () => {
  test('submodules ask with their address, and never land where git would run a program', () => {
    const text = (url: string) => `[submodule "x"]\n\tpath = x\n\turl = ${url}\n`;
    expect(reasons(edited('.gitmodules', '', text('https://me:pw@x.example/y')))).toContain('https://x.example/y');
    for (const url of ['ext::sh -c x', '-u./x', '"--upload-pack=x"'])
      expect(marks(edited('.gitmodules', '', text(url)))).toContain('refuse submodule');
    expect(marks(edited('.gitmodules', text('a'), `${text('a')}\tupdate = !touch x\n`))).toContain('refuse submodule');
  });

  test.each([
    ['*.bin filter=evil', ['ask attributes']],
    ['*.bin diff=evil merge=evil', ['ask attributes', 'ask attributes']],
    ['x export-subst', ['ask attributes']],
    ['*.bin \\\nfilter=evil', ['ask attributes']],
    ['# filter=evil', []],
    ['*.sh text eol=lf', []],
    ['a b', []],
  ])('attributes %j', (line, expected) => {
    expect(marks(edited('.gitattributes', 'a b\n', `a b\n${line}\n`))).toEqual(expected);
  });

  test('what makes a folder a repository asks', () => {
    expect(marks(added('fixtures/x/HEAD', 'ref: refs/heads/main\n'))).toEqual(['ask repository']);
    expect(marks(added('fixtures/x/config', '[core]\n\tfsmonitor = x\n'))).toEqual(['ask git-settings']);
    expect(marks(added('src/config', 'port = 1\n'))).toEqual([]);
  });
});

test('a risk that is no note stops', () => {
  expect(risksOf(added('CLAUDE.md')).some(stops)).toBe(false);
  expect(risksOf(added('.envrc')).some(stops)).toBe(true);
});
