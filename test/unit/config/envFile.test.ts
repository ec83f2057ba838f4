import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EnvFileMistake, parseEnvFile } from '../../../src/config/envFile.ts';

test.each<[string, string, Record<string, string>]>([
  ['plain lines', 'A=1\nB=two words \n', { A: '1', B: 'two words' }],
  ['blank lines and comments', '\n# c\n  # d\nA=1 # e\n\n', { A: '1' }],
  ['a # that belongs to the value', 'A=a#b\nB=#c\nC= # comment', { A: 'a#b', B: '#c', C: '' }],
  ['export', 'export A=1\n\texport  B = 2', { A: '1', B: '2' }],
  ['single quotes as they are', String.raw`A='a "b" \n $HOME # c' # d`, { A: String.raw`a "b" \n $HOME # c` }],
  ['double quotes with escapes', String.raw`A="a\n\t\"\\ \$x $HOME \q"`, { A: 'a\n\t"\\ $x $HOME \\q' }],
  [
    'values over several lines',
    'A="-----BEGIN\nxyz\n-----END"\nB=\'1\n2\'\nC=3',
    { A: '-----BEGIN\nxyz\n-----END', B: '1\n2', C: '3' },
  ],
  ['equal signs in values', 'A=b=c==', { A: 'b=c==' }],
  ['quotes inside a plain value', 'A=b"c"', { A: 'b"c"' }],
  ['Windows line ends and a byte order mark', '\uFEFFA=1\r\nB="2"\r\n', { A: '1', B: '2' }],
  ['nothing expanded', 'A=$HOME `x` $(B)', { A: '$HOME `x` $(B)' }],
  ['the later of two', 'A=1\nA=2', { A: '2' }],
  ['an empty file', '', {}],
  ['empty values', 'A=\nB=""\nC=\'\'', { A: '', B: '', C: '' }],
])('reads %s', (_what, text, expected) => {
  expect(parseEnvFile(text)).toEqual(expected);
});

test.each([
  ['A=1\nsecret words', 2],
  ['1A=secret', 1],
  ['A="secret', 1],
  ['A=1\n\nB="secret" more', 3],
  ["A='it's secret'", 1],
  ['A="1\n2"\nA-B=secret', 3],
  ['A=secret\0', 1],
])('%j is refused, with its line and without its value', (text, line) => {
  const mistake = catchMistake(text);
  expect(mistake.line).toBe(line);
  expect(mistake.message).not.toContain('secret');
});

test('a name that objects already have is a variable like any other', () => {
  expect(Object.entries(parseEnvFile('__proto__=1\nconstructor=2'))).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
});

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
const value = fc.string({ unit: 'binary', maxLength: 200 }).filter((text) => !/[\0\r]/.test(text));
const entries = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key });

test('every value survives double quotes, whatever is in it', () => {
  const quote = (text: string) => `"${text.replace(/[\\"$]/g, '\\$&').replaceAll('\n', '\\n')}"`;
  fc.assert(
    fc.property(entries, (all) => {
      const text = all.map(([key, content]) => `${key}=${quote(content)}`).join('\n');
      expect(Object.entries(parseEnvFile(text)).sort()).toEqual([...all].sort());
    }),
  );
});

test('every value without a single quote survives single quotes', () => {
  fc.assert(
    fc.property(
      name,
      value.filter((text) => !text.includes("'")),
      (key, content) => {
        expect(Object.entries(parseEnvFile(`export ${key}='${content}' # end`))).toEqual([[key, content]]);
      },
    ),
  );
});

test('any text is read or refused with a line that it has', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('A', '=', '"', "'", '\\', '\n', '#', ' ', 'export '), maxLength: 60 }),
      (text) => {
        try {
          parseEnvFile(text);
        } catch (error) {
          if (!(error instanceof EnvFileMistake)) throw error;
          expect(error.line).toBeLessThanOrEqual(text.split('\n').length);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

function catchMistake(text: string): EnvFileMistake {
  try {
    parseEnvFile(text);
  } catch (error) {
    if (error instanceof EnvFileMistake) return error;
  }
  throw new Error('it was accepted');
}
