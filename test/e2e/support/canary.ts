import { randomBytes } from 'node:crypto';

/** A secret that a test made up, so that finding it anywhere means that it leaked there. */
export interface Canary {
  readonly name: string;
  readonly value: string;
  /** Random parts of the value without any special character; each is looked for by itself. */
  readonly cores: readonly string[];
}

/** Places where somebody could find a secret, and what lies there. */
export type Places = ReadonlyMap<string, Buffer>;

const SPECIAL = ' "q" \\ %41 a=b&c+d/e?f#ü';
/** Keys that a terminal acts on: interrupt, end of file, quit, flow control, literal, erase, and ends of lines. */
const CONTROL = '\u0003\u0004\u001c\u0011\u0013\u0016\u007f\u0015\u001a\r\n\t';

/** A canary with characters that every escaping changes. */
export function canary(name: string): Canary {
  const cores = [core(), core()];
  return { name, value: `${cores[0]}${SPECIAL}${cores[1]}`, cores };
}

/** A canary of letters and digits only, for places that take nothing else. */
export function plainCanary(name: string): Canary {
  const value = core();
  return { name, value, cores: [value] };
}

/** A canary of exactly `size` bytes, among them every key that a terminal acts on. */
export function largeCanary(name: string, size: number): Canary {
  const cores = Array.from({ length: 16 }, core);
  const filler = (bytes: number) => randomBytes(bytes).toString('base64').slice(0, bytes);
  const part = Math.floor((size - 16 * (24 + CONTROL.length)) / 16);
  const body = cores.map((text) => `${text}${CONTROL}${filler(part)}`).join('');
  return { name, value: body + filler(size - body.length), cores };
}

/** Which canaries are where, and in which form; empty is what one hopes for. */
export function leaks(places: Places, canaries: readonly Canary[]): readonly string[] {
  const needles = canaries.flatMap((one) => needlesOf(one).map((needle) => ({ name: one.name, ...needle })));
  const found = [...places].flatMap(([place, bytes]) =>
    needles.filter((needle) => bytes.includes(needle.bytes)).map(({ name, form }) => `${name} (${form}) in ${place}`),
  );
  return [...new Set(found)];
}

/** The places where at least one of the canaries is. */
export function leakyPlaces(places: Places, canaries: readonly Canary[]): readonly string[] {
  return [...places].filter(([place, bytes]) => leaks(new Map([[place, bytes]]), canaries).length > 0).map(([p]) => p);
}

/** What to look for, as lines for `grep -F`: every form that has no end of line in it. */
export function grepPatterns(canaries: readonly Canary[]): string {
  const lines = canaries.flatMap((one) => needlesOf(one).map(({ bytes }) => bytes.toString()));
  return `${[...new Set(lines)].filter((line) => line !== '' && !/[\r\n]/.test(line)).join('\n')}\n`;
}

/** Every form in which a text can hide, by the form's name. */
function formsOf(value: string): readonly { readonly form: string; readonly text: string }[] {
  const url = encodeURIComponent(value);
  return [
    { form: 'as it is', text: value },
    { form: 'JSON', text: JSON.stringify(value).slice(1, -1) },
    { form: 'URL', text: url },
    { form: 'URL', text: url.replaceAll('%20', '+') },
    { form: 'URL', text: new URLSearchParams({ v: value }).toString().slice(2) },
    ...[0, 1, 2].flatMap((offset) => {
      const text = base64Inside(value, offset);
      return [
        { form: 'base64', text },
        { form: 'base64', text: text.replaceAll('+', '-').replaceAll('/', '_') },
      ];
    }),
  ];
}

function needlesOf({ value, cores }: Canary): readonly { readonly form: string; readonly bytes: Buffer }[] {
  return [value, ...cores].flatMap(formsOf).map(({ form, text }) => ({ form, bytes: Buffer.from(text) }));
}

/** The characters of base64 that only the value decides, when it begins `offset` bytes after a multiple of three. */
function base64Inside(value: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
  return whole.slice(offset === 0 ? 0 : 4);
}

const core = () => randomBytes(12).toString('hex');
