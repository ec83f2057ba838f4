import type { Probe } from './attack.ts';

/** Where a placeholder is put, and what the host must hear in its place. */
export interface Brokering {
  readonly what: string;
  readonly probe: (id: string) => Probe;
  /** `value`: the secret; `placeholder`: what the box sent; `nothing`: the host never hears of it. */
  readonly hears: 'value' | 'placeholder' | 'nothing' | 'no value';
}

/** The variable of the box, which the program inside puts in. */
const MINE = '{env:LAB_TOKEN}';

/** Ways to use a placeholder of the credential LAB_TOKEN, which is for `api.lab.test` and `fake.lab.test` alone. */
export const BROKERING: readonly Brokering[] = [
  {
    what: 'as a bearer token',
    probe: to('api', (id) => get('api', id, `Authorization: Bearer ${MINE}\r\n`)),
    hears: 'value',
  },
  {
    what: 'in a header of its own',
    probe: to('api', (id) => get('api', id, `X-Api-Key: ${MINE}\r\n`)),
    hears: 'value',
  },
  { what: 'in the query', probe: to('api', (id) => get('api', `${id}?key=${MINE}`)), hears: 'value' },
  {
    what: 'as the password of Basic',
    probe: (id) => ({ kind: 'shell', run: `curl -sS -u "me:$LAB_TOKEN" https://api.lab.test/${id}` }),
    hears: 'value',
  },
  {
    what: 'on the second request of a connection',
    probe: to('api', (id) => `${get('api', 'first', '', 'keep-alive')}${get('api', id, `X-Api-Key: ${MINE}\r\n`)}`),
    hears: 'value',
  },
  {
    what: 'in the body',
    probe: to('api', (id) =>
      `POST /${id} HTTP/1.1\r\nHost: api.lab.test\r\nContent-Length: 5\r\nConnection: close\r\n\r\n${MINE}`
        .replace('Content-Length: 5', 'Transfer-Encoding: chunked')
        .replace(MINE, `40\r\n${MINE.padEnd(64)}\r\n0\r\n\r\n`),
    ),
    hears: 'no value',
  },
  { what: 'in the path', probe: to('api', (id) => get('api', `${id}/${MINE}`)), hears: 'no value' },
  {
    what: 'at another allowed host',
    probe: to('good', (id) => get('good', id, `X-Api-Key: ${MINE}\r\n`)),
    hears: 'placeholder',
  },
  {
    what: 'over plain HTTP',
    probe: (id) => ({
      kind: 'raw',
      pieces: [
        `GET http://api.lab.test/${id} HTTP/1.1\r\nHost: api.lab.test\r\nX-Api-Key: ${MINE}\r\nConnection: close\r\n\r\n`,
      ],
    }),
    hears: 'no value',
  },
  {
    what: 'with another Host',
    probe: to(
      'api',
      (id) => `GET /${id} HTTP/1.1\r\nHost: good.lab.test\r\nX-Api-Key: ${MINE}\r\nConnection: close\r\n\r\n`,
    ),
    hears: 'nothing',
  },
  {
    what: 'with the whole address of another host',
    probe: to(
      'api',
      (id) =>
        `GET https://good.lab.test/${id} HTTP/1.1\r\nHost: good.lab.test\r\nX-Api-Key: ${MINE}\r\nConnection: close\r\n\r\n`,
    ),
    hears: 'nothing',
  },
  {
    what: 'by TRACE, which hosts answer with what they heard',
    probe: to(
      'api',
      (id) => `TRACE /${id} HTTP/1.1\r\nHost: api.lab.test\r\nX-Api-Key: ${MINE}\r\nConnection: close\r\n\r\n`,
    ),
    hears: 'nothing',
  },
  {
    what: 'with another server name',
    probe: (id) => ({
      kind: 'tls',
      to: 'api.lab.test:443',
      name: 'good.lab.test',
      ask: get('good', id, `X-Api-Key: ${MINE}\r\n`),
    }),
    hears: 'nothing',
  },
  {
    what: 'at a host with the certificate of a stranger',
    probe: to('fake', (id) => get('fake', id, `X-Api-Key: ${MINE}\r\n`)),
    hears: 'nothing',
  },
  {
    what: 'with two lengths',
    probe: to(
      'api',
      (id) =>
        `POST /${id} HTTP/1.1\r\nHost: api.lab.test\r\nX-Api-Key: ${MINE}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
    hears: 'nothing',
  },
];

function to(host: string, text: (id: string) => string): (id: string) => Probe {
  const name = `${host}.lab.test`;
  return (id) => ({ kind: 'tls', to: `${name}:443`, name, ask: text(id) });
}

function get(host: string, path: string, headers = '', connection = 'close'): string {
  return `GET /${path} HTTP/1.1\r\nHost: ${host}.lab.test\r\n${headers}Connection: ${connection}\r\n\r\n`;
}

/** What hosts heard of the request for `id`: its head and what follows until the next request. */
export function heardOf(all: ReadonlyMap<string, string>, id: string): string {
  return [...all.values()]
    .flatMap((text) => text.split(/(?=\b(?:GET|POST|TRACE) \/)/))
    .filter((request) => new RegExp(`^\\w+ /${id}\\b`).test(request))
    .join('\n');
}

/** What is wrong with what was heard; undefined when nothing is. */
export function brokeringFault(
  { hears }: Brokering,
  heard: string,
  { value, placeholder }: { readonly value: string; readonly placeholder: string },
): string | undefined {
  const decoded = heard.replace(/Basic ([\w+/=]+)/gi, (_, text) => Buffer.from(text, 'base64').toString('latin1'));
  const [real, sham] = [value, placeholder].map((text) => decoded.includes(text));
  const right = {
    value: real && !sham,
    placeholder: !real && sham,
    nothing: heard === '',
    'no value': !real,
  }[hears];
  return right ? undefined : `should hear ${hears}, heard ${JSON.stringify(decoded)}`;
}
