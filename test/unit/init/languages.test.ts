import { expect, test } from 'vitest';
import { forges, languagesOf, toolsInWords } from '../../../src/init/languages.ts';

const found = (files: Readonly<Record<string, string>>) =>
  languagesOf({ names: Object.keys(files), text: (name) => files[name] }).map(({ title, because, allow, tools }) =>
    [title, because, allow.join(' '), tools === undefined ? '' : toolsInWords(tools)].join(' | '),
  );

test.each<[Readonly<Record<string, string>>, readonly string[]]>([
  [{}, []],
  [{ 'README.md': '' }, []],
  [{ 'package.json': '{}' }, ['JavaScript | package.json | npm | ']],
  [{ 'package.json': '{}', '.nvmrc': 'v22.3\n' }, ['JavaScript | package.json | npm | node 22.3']],
  [{ 'package.json': '{}', '.nvmrc': 'lts/*\n' }, ['JavaScript | package.json | npm | ']],
  [{ 'pyproject.toml': '' }, ['Python | pyproject.toml | pypi | python3-pip, python3-venv']],
  [{ 'pyproject.toml': 'requires-python = ">=3.12"\n' }, ['Python | pyproject.toml | pypi | python 3.12']],
  [{ 'pyproject.toml': 'requires-python = ">=3.9"\n' }, ['Python | pyproject.toml | pypi | python3-pip, python3-venv']],
  [{ 'requirements.txt': '', '.python-version': '3.13.1\n' }, ['Python | requirements.txt | pypi | python 3.13.1']],
  [{ 'go.mod': 'module x\n\ngo 1.24.1\n' }, ['Go | go.mod | go | go 1.24']],
  [{ 'api/go.mod': 'module x\n\ngo 1.23\n' }, ['Go | api/go.mod | go | go 1.23']],
  [{ 'go.mod': 'go $(touch x)\n' }, ['Go | go.mod | go | go 1']],
  [{ 'Cargo.toml': 'rust-version = "1.80"\n' }, ['Rust | Cargo.toml | crates | rust 1.80']],
  [
    { 'Cargo.toml': '', 'rust-toolchain.toml': '[toolchain]\nchannel = "1.85.0"\n' },
    ['Rust | Cargo.toml | crates | rust 1.85.0'],
  ],
  [{ 'Cargo.toml': '', 'rust-toolchain': 'nightly\n' }, ['Rust | Cargo.toml | crates | rust 1']],
  [{ 'pom.xml': '<maven.compiler.release>17</maven.compiler.release>' }, ['Java | pom.xml | maven | java 17, maven']],
  [{ 'build.gradle.kts': '' }, ['Java | build.gradle.kts | maven *.gradle.org | java 21']],
  [{ Gemfile: '' }, ['Ruby | Gemfile | rubygems | bundler, ruby-full']],
  [{ 'composer.json': '' }, ['PHP | composer.json | *.packagist.org github | composer, php-cli']],
])('of the files %j', (files, expected) => {
  expect(found(files)).toEqual(expected);
});

test.each([
  ['git@github.com:acme/shop.git', ['github']],
  ['https://github.com/acme/shop', ['github']],
  ['ssh://git@gitlab.com:22/acme/shop', ['gitlab']],
  ['https://user:secret@gitlab.com/acme/shop', ['gitlab']],
  ['https://github.com.evil.test/acme/shop', []],
  ['https://evil.test/github.com', []],
  ['git@github.com.evil.test:acme/shop', []],
])('a remote at %s speaks for %j', (address, expected) => {
  expect(forges([address])).toEqual(expected);
});
