import { type Chance, DIGITS, HEX, LOWER, MIXED, UPPER, URLSAFE } from './chance.ts';

/** Makes something that looks as a secret of this kind does and opens nothing. Written by the providers' formats, not by our rules. */
export interface Maker {
  readonly rule: string;
  /** The secret alone, which then is put into every context. */
  readonly token?: (chance: Chance) => string;
  /** The secret with what must be around it. */
  readonly text?: (chance: Chance) => string;
}

/** Beginnings are cut in two here, so that nobody's scanner takes this file for a leak. */
const cut = (...parts: readonly string[]) => parts.join('');

const token = (rule: string, make: (chance: Chance) => string): Maker => ({ rule, token: make });
const text = (rule: string, make: (chance: Chance) => string): Maker => ({ rule, text: make });
const b64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export const MAKERS: readonly Maker[] = [
  ...['api03', 'admin01', 'oat01', 'ort01', 'sid01'].map((kind) =>
    token('anthropic', (c) => cut('sk-', `ant-${kind}-`, c.text(URLSAFE, 93), 'AA')),
  ),
  ...['proj', 'svcacct', 'admin'].map((kind) =>
    token('openai', (c) => cut('sk', `-${kind}-`, c.text(URLSAFE, 74), 'T3Blbk', 'FJ', c.text(URLSAFE, 74))),
  ),
  token('openai', (c) => cut('sk', '-', c.text(MIXED, 20), 'T3Blbk', 'FJ', c.text(MIXED, 20))),
  token('openrouter', (c) => cut('sk-', 'or-v1-', c.text(HEX, 64))),
  token('google-api-key', (c) => cut('AI', 'za', 'Sy', c.text(URLSAFE, 33))),
  token('huggingface', (c) => cut('h', 'f_', c.text(UPPER + LOWER, 34))),
  token('groq', (c) => cut('gs', 'k_', c.text(MIXED, 52))),
  token('xai', (c) => cut('xa', 'i-', c.text(MIXED, 80))),
  token('perplexity', (c) => cut('ppl', 'x-', c.text(MIXED, 48))),
  token('replicate', (c) => cut('r', '8_', c.text(MIXED, 37))),
  token('bedrock', (c) =>
    cut(
      'AB',
      'SK',
      Buffer.from(
        `BedrockAPIKey-${c.text(MIXED, 4)}-at-${c.text(DIGITS, 12)}:${c.bytes(60).toString('base64')}`,
      ).toString('base64'),
    ),
  ),
  ...['p', 'o', 'u', 's', 'r'].map((kind) => token('github', (c) => cut('gh', `${kind}_`, c.text(MIXED, 36)))),
  token('github', (c) => cut('github', '_pat_', '11', c.text(UPPER + DIGITS, 20), '_', c.text(MIXED, 59))),
  ...['pat', 'dt', 'rt', 'ptt', 'ft'].map((kind) => token('gitlab', (c) => cut('gl', `${kind}-`, c.text(URLSAFE, 20)))),
  token('gitlab', (c) => cut('gl', 'pat-', c.text(URLSAFE, 27), '.01.', c.text(LOWER + DIGITS, 9))),
  token('bitbucket', (c) => cut('AT', 'BB', c.text(MIXED, 32))),
  token('atlassian', (c) => cut('ATA', 'TT3', 'xFfGF0', c.text(URLSAFE, 170), '=', c.text(HEX.toUpperCase(), 8))),
  token('npm', (c) => cut('np', 'm_', c.text(MIXED, 36))),
  text(
    'npm',
    (c) => `//registry.corp.example/:_auth${'Token'}=${[8, 4, 4, 4, 12].map((n) => c.text(HEX, n)).join('-')}\n`,
  ),
  token('pypi', (c) => cut('pypi', '-AgE', 'IcHlwaS5vcmc', c.text(URLSAFE, 150))),
  token('rubygems', (c) => cut('ruby', 'gems_', c.text(HEX, 48))),
  token('crates', (c) => cut('ci', 'o', c.text(MIXED, 32))),
  token('clojars', (c) => cut('CLO', 'JARS_', c.text(HEX, 60))),
  token('docker', (c) => cut('dckr', '_pat_', c.text(URLSAFE, 27))),
  token('artifactory', (c) => cut('AK', 'Cp', c.text(MIXED, 69))),
  token('artifactory', (c) => cut('cmVm', 'dGtu', c.text(MIXED, 56))),
  ...['AKIA', 'ASIA'].map((kind) => token('aws-key-id', (c) => cut(kind, c.text(`${UPPER}234567`, 16)))),
  text('aws-secret-key', (c) => `aws_secret_access_key = ${c.text(`${MIXED}+/`, 40)}\n`),
  text('aws-secret-key', (c) => `{"secretAccess${'Key'}": "${c.text(`${MIXED}+/`, 40)}"}`),
  text('aws-secret-key', (c) => `${cut('AK', 'IA', c.text(`${UPPER}234567`, 16))}\n${c.text(`${MIXED}+/`, 40)}\n`),
  token('google-oauth', (c) => cut('GOC', 'SPX-', c.text(URLSAFE, 28))),
  token('google-oauth', (c) => cut('ya', '29.', 'a0Af', c.text(URLSAFE, 160))),
  token('google-oauth', (c) => cut('1/', '/0', c.text(URLSAFE, 100))),
  text(
    'google-service-account',
    (c) => `{\n  "type": "service_account",\n  "private_key${'_id'}": "${c.text(HEX, 40)}"\n}`,
  ),
  token('azure-client-secret', (c) => cut(c.text(MIXED, 3), '8', 'Q~', c.text(`${MIXED}_~.-`, 33), c.text(MIXED, 1))),
  text(
    'azure-storage',
    (c) => `AccountName=acme;Account${'Key'}=${c.bytes(64).toString('base64')};EndpointSuffix=core.example`,
  ),
  text(
    'azure-sas',
    (c) =>
      `https://acme.blob.example/x?sv=2024-11-04&sp=rl&si${'g'}=${encodeURIComponent(c.bytes(32).toString('base64'))}&se=2027`,
  ),
  token('azure-devops', (c) => cut(c.text(MIXED, 76), 'AZ', 'DO', c.text(MIXED, 4))),
  token('digitalocean', (c) => cut('dop', '_v1_', c.text(HEX, 64))),
  token('alibaba', (c) => cut('LT', 'AI', c.text(MIXED, 20))),
  token('heroku', (c) => cut('HR', 'KU-AA', c.text(URLSAFE, 58))),
  token('fly', (c) => cut('fo', '1_', c.text(URLSAFE, 43))),
  token('planetscale', (c) => cut('psca', 'le_tkn_', c.text(URLSAFE, 43))),
  token('databricks', (c) => cut('da', 'pi', c.text(HEX, 32))),
  token('vault', (c) => cut('hv', 's.', c.text(URLSAFE, 95))),
  token('terraform', (c) => cut(c.text(MIXED, 14), '.atlas', 'v1.', c.text(URLSAFE, 67))),
  token('pulumi', (c) => cut('pu', 'l-', c.text(HEX, 40))),
  token('doppler', (c) => cut('dp', '.pt.', c.text(MIXED, 43))),
  token('supabase', (c) => cut('sb', 'p_', c.text(HEX, 40))),
  token('cloudflare', (c) => cut('v1', '.0-', c.text(HEX, 24), '-', c.text(HEX, 146))),
  token('slack', (c) => cut('xo', 'xb-', c.text(DIGITS, 12), '-', c.text(DIGITS, 13), '-', c.text(MIXED, 24))),
  token('slack', (c) =>
    cut('xo', 'xp-', c.text(DIGITS, 12), '-', c.text(DIGITS, 12), '-', c.text(DIGITS, 13), '-', c.text(HEX, 32)),
  ),
  token('slack', (c) => cut('xa', 'pp-1-A', c.text(UPPER + DIGITS, 10), '-', c.text(DIGITS, 13), '-', c.text(HEX, 64))),
  text(
    'slack-webhook',
    (c) =>
      `https://hooks.slack.${'com'}/services/T${c.text(UPPER + DIGITS, 10)}/B${c.text(UPPER + DIGITS, 10)}/${c.text(MIXED, 24)}\n`,
  ),
  text(
    'discord-webhook',
    (c) => `https://discord.com/api/web${'hooks'}/${c.text('123456789', 18)}/${c.text(URLSAFE, 68)}\n`,
  ),
  ...['sk_live_', 'rk_live_', 'sk_test_'].map((kind) => token('stripe', (c) => cut(kind, '51', c.text(MIXED, 97)))),
  token('stripe', (c) => cut('wh', 'sec_', c.text(MIXED, 32))),
  token('sendgrid', (c) => cut('S', 'G.', c.text(URLSAFE, 22), '.', c.text(URLSAFE, 43))),
  token('twilio', (c) => cut('S', 'K', c.text(HEX, 32))),
  token('mailgun', (c) => cut('ke', 'y-', c.text(HEX, 32))),
  token('mailchimp', (c) => cut(c.text(HEX, 32), '-u', 's12')),
  token('brevo', (c) => cut('xkey', 'sib-', c.text(HEX, 64), '-', c.text(MIXED, 16))),
  token('resend', (c) => cut('r', 'e_', c.text(MIXED, 8), '_', c.text(MIXED, 24))),
  token('square', (c) => cut('sq0', 'csp-', c.text(URLSAFE, 43))),
  token('shopify', (c) => cut('shp', 'at_', c.text(HEX, 32))),
  token('linear', (c) => cut('lin', '_api_', c.text(MIXED, 40))),
  token('notion', (c) => cut('nt', 'n_', c.text(DIGITS, 11), c.text(MIXED, 35))),
  token('postman', (c) => cut('PM', 'AK-', c.text(HEX, 24), '-', c.text(HEX, 34))),
  token('sentry', (c) => cut('sntr', 'yu_', c.text(HEX, 64))),
  token('grafana', (c) => cut('gl', 'sa_', c.text(MIXED, 32), '_', c.text(HEX, 8))),
  token('newrelic', (c) => cut('NR', 'AK-', c.text(UPPER + DIGITS, 27))),
  token('dynatrace', (c) => cut('dt0', 'c01.', c.text(`${UPPER}234567`, 24), '.', c.text(`${UPPER}234567`, 64))),
  token('telegram', (c) => cut(c.text('123456789', 10), ':A', 'A', c.text(URLSAFE, 33))),
  token('1password', (c) =>
    cut('op', 's_', b64url({ signInAddress: 'my.1password.example', secretKey: c.text(MIXED, 200) })),
  ),
  token('1password', (c) => cut('A', '3-', [6, 6, 5, 5, 5, 5].map((n) => c.text(UPPER + DIGITS, n)).join('-'))),
  token('tailscale', (c) => cut('ts', 'key-auth-', c.text(MIXED, 17), '-', c.text(MIXED, 33))),
  token('figma', (c) => cut('fi', 'gd_', c.text(URLSAFE, 40))),
  token('airtable', (c) => cut('pa', 't', c.text(MIXED, 14), '.', c.text(HEX, 64))),
  token('age', (c) => cut('AGE-SECRET', '-KEY-1', c.text('QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L', 58))),
  ...['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '].map((kind) => text('private-key', (c) => pem(kind, c))),
  text('private-key', (c) => `const key = ${JSON.stringify(pem('', c))};`),
  text('private-key', (c) =>
    pem('', c)
      .split('\n')
      .map((line) => `  '${line}\\n' +`)
      .join('\n'),
  ),
  text('private-key', (c) => `tls:\n  key: |\n${pem('RSA ', c).replace(/^/gm, '    ')}`),
  text('private-key', (c) => `tls.key: ${Buffer.from(pem('', c)).toString('base64')}`),
  text('private-key', (c) => `tls.key: |\n${wrapped(Buffer.from(pem('', c)).toString('base64'), 76, '    ')}`),
  text(
    'private-key',
    (c) =>
      `{"kty":"EC","crv":"P-256","x":"${c.text(URLSAFE, 43)}","y":"${c.text(URLSAFE, 43)}","d":"${c.text(URLSAFE, 43)}"}`,
  ),
  text(
    'private-key',
    (c) =>
      `PuTTY-User-Key-File-${'3'}: ssh-rsa\nEncryption: none\nPublic-Lines: 1\n${c.text(MIXED, 64)}\nPrivate-Lines: 1\n${c.text(MIXED, 64)}`,
  ),
  text('url-password', (c) => `postgres://acme:${c.text(MIXED, 16)}@db.corp.example:5432/acme`),
  text(
    'basic-login',
    (c) => `curl -H 'Authorization: Basic ${Buffer.from(`acme:${c.text(MIXED, 20)}`).toString('base64')}' x`,
  ),
  text(
    'basic-login',
    (c) => `{"auths":{"r.example":{"auth":"${Buffer.from(`acme:${c.text(MIXED, 24)}`).toString('base64')}"}}}`,
  ),
  text('bearer-token', (c) => `headers: { Authorization: 'Bearer ${c.text(MIXED, 40)}' }`),
  token(
    'jwt',
    (c) =>
      `${b64url({ alg: 'RS256', typ: 'JWT' })}.${b64url({ iss: 'acme', sub: c.text(MIXED, 12), exp: 1900000000 })}.${c.bytes(64).toString('base64url')}`,
  ),
  text('assigned-secret', (c) => `const clientSecret = '${c.text(MIXED, 32)}';`),
  text('assigned-secret', (c) => `DB_PASSWORD=${c.text(`${MIXED}!@#%`, 24)}\n`),
  text('assigned-secret', (c) => `export TWILIO_AUTH_TOKEN=${c.text(HEX, 32)}\n`),
  text('assigned-secret', (c) => `  api_key: ${c.text(MIXED, 32)}\n`),
  text('assigned-secret', (c) => `{"apiKey": "${c.text(HEX, 40)}"}`),
];

/** Where a secret may lie. */
export const CONTEXTS: readonly { readonly name: string; readonly put: (secret: string) => string }[] = [
  { name: 'alone', put: (secret) => secret },
  { name: 'JSON', put: (secret) => JSON.stringify({ name: 'x', value: secret }, undefined, 2) },
  { name: 'YAML', put: (secret) => `env:\n  - name: VALUE\n    value: ${secret}\n` },
  { name: '.env', put: (secret) => `A=1\r\nexport VALUE=${secret}\r\nB=2\r\n` },
  { name: 'code', put: (secret) => `const client = new Client({ id: 7, value: \`${secret}\` }); // set\n` },
  { name: 'URL', put: (secret) => `see https://api.example.com/v1/list?x=${secret}&y=1\n` },
  { name: 'prose', put: (secret) => `I have used (${secret}), and it worked.\n` },
  { name: 'XML', put: (secret) => `<setting name="v"><value>${secret}</value></setting>\n` },
  { name: 'escaped JSON', put: (secret) => JSON.stringify(JSON.stringify({ value: secret })) },
  {
    name: 'a long line',
    put: (secret) => `${'function(a,b){return a+b};'.repeat(400)}"${secret}"${';var c=1'.repeat(400)}`,
  },
  { name: 'base64 in YAML', put: (secret) => `data:\n  value: ${Buffer.from(secret).toString('base64')}\n` },
  {
    name: 'base64 of a file',
    put: (secret) => `data:\n  .env: ${Buffer.from(`MODE=1\nVALUE=${secret}\n`).toString('base64')}\n`,
  },
];

function pem(kind: string, { bytes }: Chance): string {
  const head =
    kind === 'OPENSSH '
      ? Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01', 'latin1')
      : Buffer.from('3082025c020100', 'hex');
  const body = wrapped(Buffer.concat([head, bytes(420)]).toString('base64'), 64, '');
  return `-----BEGIN ${kind}PRIVATE ${'KEY'}-----\n${body}\n-----END ${kind}PRIVATE ${'KEY'}-----\n`;
}

function wrapped(body: string, width: number, indent: string): string {
  return (body.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).map((line) => `${indent}${line}`).join('\n');
}
