const MASK = '••••';

/**
 * A function that masks every given value in a text: as it is, and as base64 (also url-safe, also inside a longer one),
 * URL-encoded or JSON-escaped. Empty values are ignored.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  const forms = [...new Set(values.filter((value) => value !== '').flatMap(formsOf))];
  // The longest first: a short form may be part of a long one, whose rest would stay.
  forms.sort((a, b) => b.length - a.length);
  if (forms.length === 0) return (text) => text;
  const pattern = new RegExp(forms.map(literal).join('|'), 'g');
  return (text) => text.replace(pattern, MASK);
}

/** Every form in which a value may lie in a text: as it is, escaped, encoded. None is empty. */
export function formsOf(value: string): readonly string[] {
  const uri = encode(value);
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    uri,
    uri.replaceAll('%20', '+'),
    uri.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams({ v: value }).toString().slice(2),
    ...base64Forms(value),
  ].filter((form) => form !== '');
}

/** Base64 at each of the three places a value can have in a longer one, without the characters its neighbours share. */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const skip = offset === 0 ? 0 : offset + 1;
    const whole = padded.toString('base64').replace(/=+$/, '');
    const inner = whole.slice(skip, padded.length % 3 === 0 ? undefined : -1);
    // A few characters say little of the value and would mask half of any text.
    return [...(offset === 0 ? [whole] : []), ...(inner.length < 8 ? [] : [inner])].flatMap((form) => [
      form,
      form.replaceAll('+', '-').replaceAll('/', '_'),
    ]);
  });
}

/** encodeURIComponent throws for half a surrogate pair. */
const encode = (value: string) => encodeURIComponent(Buffer.from(value).toString());
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
