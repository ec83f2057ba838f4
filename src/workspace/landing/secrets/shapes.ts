import { entropy, looksRandom } from './random.ts';
import type { SecretRule } from './rule.ts';

/** Secrets that are known by what is around them, or by their own structure. */
export const SHAPES: readonly SecretRule[] = [
  {
    name: 'private-key',
    shown: 'a private key',
    anchors: ['-----BEGIN '],
    pattern: /-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?=(?<body>[\s\S]{20,800}))/y,
    inWords: true,
    accepts: ({ groups }) => hasKeyBody(groups?.['body'] ?? ''),
  },
  {
    name: 'private-key',
    shown: 'a private key',
    anchors: ['PuTTY-User-Key-File-'],
    pattern: /PuTTY-User-Key-File-\d:[\s\S]{50,3000}?Private-Lines: \d/y,
  },
  {
    name: 'private-key',
    anchors: ['"kty"', '"d"'],
    pattern:
      /"(?:kty"[^{}]{1,800}?"d"\s{0,4}:\s{0,4}"(?<secret>[\w-]{40,700})"|d"\s{0,4}:\s{0,4}"[\w-]{40,700}"(?=[^{}]{1,800}?"kty"))/y,
    inWords: true,
    bits: 4,
  },
  {
    name: 'google-service-account',
    anchors: ['"private_key_id', '"private_key_id\\"', 'private_key_id\\"'],
    pattern: /\\?"?private_key_id\\?"\s{0,4}:\s{0,4}\\?"(?<secret>[0-9a-f]{40})\\?"/y,
    inWords: true,
    bits: 3,
  },
  {
    name: 'aws-secret-key',
    anchors: ['AKIA', 'ASIA'],
    pattern: /A[KS]IA[A-Z2-7]{16}(?!\w)[\s\S]{1,200}?(?<![A-Za-z0-9/+])(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/y,
    bits: 4,
    accepts: ({ groups }) => isMixed(groups?.['secret'] ?? ''),
  },
  {
    name: 'aws-secret-key',
    anchors: [
      'aws_secret',
      'AWS_SECRET',
      'ecretAccessKey',
      'ecret_access_key',
      'ECRET_ACCESS_KEY',
      'ecret_key',
      'ECRET_KEY',
      'ecretKey',
    ],
    pattern:
      /[\w-]{1,40}\\?["']?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}\\?["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/y,
    inWords: true,
    bits: 4,
    accepts: ({ groups }) => isMixed(groups?.['secret'] ?? ''),
  },
  {
    name: 'url-password',
    anchors: ['://'],
    pattern: /:\/\/[^\s:/@"'`<>{}$\\]{0,64}:(?<secret>[^\s:/@"'`<>{}$\\]{8,200})@[\w.[-]/y,
    inWords: true,
    bits: 2.5,
    accepts: ({ groups }) => isVaried(groups?.['secret'] ?? ''),
  },
  {
    name: 'basic-login',
    anchors: ['Basic ', 'basic ', '"auth"', '_auth'],
    pattern:
      /(?:[Bb]asic |"auth"\s{0,4}:\s{0,4}"|_auth["']?[ \t]{0,4}[=:][ \t]{0,4}["']?)(?<secret>[A-Za-z0-9+/_-]{12,600}={0,2})/y,
    inWords: true,
    accepts: ({ groups }) => isLogin(groups?.['secret'] ?? ''),
  },
  {
    name: 'bearer-token',
    anchors: ['Bearer ', 'bearer '],
    pattern: /[Bb]earer (?<secret>[\w.~+/-]{24,3000}={0,2})/y,
    inWords: true,
    bits: 3.5,
    accepts: ({ groups }) => isMixed(groups?.['secret'] ?? ''),
  },
  {
    name: 'jwt',
    anchors: ['eyJ'],
    pattern: /(?<head>eyJ[\w-]{10,1000})\.(?<body>eyJ[\w-]{10,4000})\.[\w-]{20,1000}/y,
    bits: 3.5,
    accepts: ({ groups }) => isToken(groups?.['head'] ?? '', groups?.['body'] ?? ''),
  },
];

/** Names by which programs call their secrets, in the spellings that occur. */
const NAMES = ['passw', 'Passw', 'PASSW', 'pwd', 'PWD', 'secret', 'Secret', 'SECRET', 'token', 'Token', 'TOKEN'].concat(
  ...[
    'api?key',
    'access?key',
    'auth?key',
    'private?key',
    'encryption?key',
    'signing?key',
    'master?key',
    'license?key',
  ].map(spellings),
);

/** What is given to a name that says it is secret. */
export const ASSIGNED: readonly SecretRule[] = [
  {
    name: 'assigned-secret',
    anchors: NAMES,
    pattern:
      /[\w.-]{3,40}\\?["']?\]?[ \t]{0,8}(?::=|=>|[:=])[ \t]{0,8}\\?["'`](?<secret>[^\s"'`\\<>{}()[\],;]{16,200})\\?["'`]/y,
    inWords: true,
    bits: 3.3,
    accepts: ({ groups }) => isGenerated(groups?.['secret'] ?? ''),
  },
  {
    name: 'assigned-secret',
    anchors: NAMES,
    // Without quotes only where the value ends the line, as in .env, INI and YAML.
    pattern: /[\w-]{3,40}(?:=| {0,8}= {0,8}|: {1,8})(?<secret>[\w+/.~!@#%^&*=-]{16,200})(?=[ \t]{0,8}(?:\r?\n|$))/y,
    inWords: true,
    bits: 3.3,
    accepts: ({ groups }) => isGenerated(groups?.['secret'] ?? ''),
  },
];

function spellings(name: string): readonly string[] {
  const words = name.split('?');
  const capital = words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  const camel = [words[0], ...capital.slice(1)].join('');
  return [
    words.join('_'),
    words.join('-'),
    words.join(''),
    camel,
    capital.join(''),
    words.join('_').toUpperCase(),
    words.join('').toUpperCase(),
  ];
}

/** Letters of both cases and digits, as base64 of chance has them. */
const isMixed = (text: string) => /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text);
const isVaried = (text: string) => /[a-z]/i.test(text) && (/\d/.test(text) || (text.length >= 12 && isBothCases(text)));
const isBothCases = (text: string) => /[a-z]/.test(text) && /[A-Z]/.test(text);

/** No path, no address, no name of a variable, no words: what kind of character comes next changes as often as chance has it. */
function isGenerated(text: string): boolean {
  if (!/\d/.test(text) || !/[a-z]/i.test(text)) return false;
  if (/^(?:[./~]|\d+\.\d+\.|[a-z]{2,20}:)/i.test(text)) return false;
  const kinds = [...text].map(kindOf);
  const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
  return changes >= text.length * 0.3;
}

const KINDS = [/[a-z]/, /[A-Z]/, /\d/];
const kindOf = (character: string) => KINDS.findIndex((kind) => kind.test(character));

/** The lines of a key, whatever a language puts around them; a parser of keys has none. */
function hasKeyBody(body: string): boolean {
  const bare = body
    .replace(/\\[nrt]/g, '\n')
    .replace(/^\s{0,200}(?:[A-Za-z-]{1,40}: [^\n]{0,200}\n){0,4}/, '')
    .replace(/[\s"'`+,\\]/g, '');
  const key = /^[^A-Za-z0-9/]{0,8}([A-Za-z0-9/=]{40,})/.exec(bare)?.[1];
  // Keys of OpenSSH begin with a run of zeros, so only their variety counts.
  return key !== undefined && entropy(key) >= 4;
}

/** Name and password in base64. */
function isLogin(text: string): boolean {
  const [, password] = /^[\x21-\x39\x3b-\x7e]{0,200}:([\x20-\x7e]{6,300})$/.exec(decoded(text)) ?? [];
  return password !== undefined && isVaried(password) && looksRandom(password, 2.5);
}

/** A token as RFC 7519 has it, and not the one of all tutorials. */
function isToken(head: string, body: string): boolean {
  return (
    /^\{.{0,500}"alg"\s{0,4}:/s.test(decoded(head)) && !/John Doe|"sub"\s{0,4}:\s{0,4}"1234567890"/.test(decoded(body))
  );
}

const decoded = (text: string) => Buffer.from(text, 'base64').toString('latin1');
