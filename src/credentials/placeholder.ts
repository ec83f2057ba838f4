import { randomInt } from 'node:crypto';

/** The public beginnings of keys, the longer before the shorter: agents and tools look at them. */
const PREFIXES = [
  ...['sk-ant-oat01-', 'sk-ant-api03-', 'sk-ant-', 'sk-proj-', 'sk-svcacct-', 'sk-or-v1-', 'sk-'],
  ...['github_pat_', 'ghp_', 'gho_', 'ghu_', 'ghs_', 'glpat-', 'npm_', 'pypi-', 'hf_', 'xoxb-', 'AIza', 'ya29.'],
  ...['bedrock-api-key-', 'ABSK'],
];

/** Every placeholder ends like this. Claude knows a key by its last 20 characters, so that it knows the next one too. */
const TAIL = 'agentbox0placeholder';
const MIXED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const FEWEST = 16;
const LONGEST = 200;

/** What a box gets in the place of a secret: as it looks and about as long, with nothing of it but a public beginning. */
export function placeholderFor(value: string): string {
  const id = /^(AKIA|ASIA)[A-Z0-9]{12,}$/.exec(value)?.[1];
  if (id !== undefined) return `${id}${random('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', FEWEST)}`;
  const prefix = PREFIXES.find((known) => value.startsWith(known)) ?? '';
  const length = Math.min(LONGEST, value.length) - prefix.length - TAIL.length;
  return `${prefix}${random(MIXED, Math.max(FEWEST, length))}${TAIL}`;
}

function random(characters: string, length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}
