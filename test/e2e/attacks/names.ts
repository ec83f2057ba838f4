import { type Attack, ask, https, plain, raw, type Targets, utf8 } from './attack.ts';

/** Names that are not what they look like, in CONNECT and in plain requests. */
export function nameAttacks(targets: Targets): readonly Attack[] {
  const { good, evil } = targets;
  const names: Readonly<Record<string, string>> = {
    'a host without a rule': evil,
    'the same with a trailing dot': `${evil}.`,
    'the same in capitals': evil.toUpperCase(),
    'a name that ends like an allowed one': `evil${good}`,
    'a name that begins with an allowed one': `${good}.evil.test`,
    'a trailing dot twice': `${good}..`,
    'an empty label': good.replace('.', '..'),
    'a leading dot': `.${good}`,
    'a Cyrillic letter': utf8(good.replace('o', '\u043e')),
    'a fullwidth dot': utf8(good.replace('.', '\u3002')),
    'a halfwidth ideographic dot': utf8(good.replace('.', '\uff61')),
    'fullwidth letters': utf8(good.replace('g', '\uff47')),
    'a soft hyphen': utf8(`${good}\u00ad.evil.test`),
    'a zero width space': utf8(`\u200b${good}`),
    punycode: 'xn--god-0na.lab.test',
    'a NUL': `${good}\0.evil.test`,
    'an escaped NUL': `${good}%00.evil.test`,
    'an escaped dot': good.replace('.', '%2e'),
    'a hash': `${evil}#${good}`,
    'a question mark': `${evil}?${good}`,
    'a slash': `${evil}/${good}`,
    'a backslash': `${evil}\\${good}`,
    'a space': `${good} ${evil}`,
    'a tab': `${good}\t${evil}`,
    'a bare line feed': `${evil}\n`,
    'a semicolon': `${good};${evil}`,
    'a comma': `${good},${evil}`,
    'an underscore label of an unknown domain': `_dmarc.${evil}`,
    'a label of 64': `${'a'.repeat(64)}.wild.lab.test`,
    'a name of 300': `${'a.'.repeat(150)}wild.lab.test`,
    'the apex of a wildcard': 'wild.lab.test',
    'a name that ends like a wildcard': 'evilwild.lab.test',
    'what a deny takes out of a wildcard': 'denied.wild.lab.test',
    'the same with a trailing dot again': 'denied.wild.lab.test.',
    'the same in mixed case': 'DeNied.WILD.lab.test',
    'below a denied domain': 'deep.below.wild.lab.test',
    'what a deny takes out of a preset': 'gist.github.com',
  };
  const twins: Readonly<Record<string, string>> = {
    'the apex of a wildcard': 'a.b.wild.lab.test',
    'what a deny takes out of a wildcard': 'a.wild.lab.test',
    'what a deny takes out of a preset': 'github.com',
    'the same in capitals': good.toUpperCase(),
  };
  return [
    ...Object.entries(names).flatMap(([what, name]): Attack[] => {
      const allowed = twins[what] ?? good;
      return [
        { what: `CONNECT: ${what}`, probe: tunnelTo(`${name}:443`, name), twin: https(allowed) },
        {
          what: `plain: ${what}`,
          probe: (id) => raw(plain(`http://${name}/${id}`, name)),
          twin: (id) => raw(plain(`http://${allowed}/${id}`, allowed)),
        },
      ];
    }),
    ...Object.entries(userinfo(targets)).map(
      ([what, authority]): Attack => ({
        what: `authority: ${what}`,
        probe: tunnelTo(authority, evil),
        twin: https(good),
      }),
    ),
  ];
}

const userinfo = ({ good, evil, evilAddress }: Targets) => ({
  'a user': `${good}@${evil}:443`,
  'a user and a password': `${good}:443@${evil}:443`,
  'a user before an allowed host': `${evil}:443@${good}:443`,
  'two hosts': `${good}:443,${evil}:443`,
  'a scheme': `https://${evil}:443`,
  'two ports': `${good}:443:443`,
  'a space and another': `${good}:443 ${evilAddress}:443`,
  'no port': evil,
  'no host': ':443',
  nothing: '',
  'a star': '*:443',
  'a wildcard itself': '*.wild.lab.test:443',
});

/** What a program does that does not look at what it sends. */
function tunnelTo(to: string, name: string) {
  const clean = /^[\w.-]+$/.test(name) ? name : 'evil.lab.test';
  return (id: string) => ({ kind: 'tls' as const, to, name: clean, ask: ask(clean, id) });
}
