/**
 * The images of others that a Dockerfile is made of (FROM, COPY --from, RUN --mount=from), so that they can be pulled with
 * the engine's own login before the build. What cannot be told without building is left to the builder. Pure.
 */
export function fromImages(dockerfile: string, args: Readonly<Record<string, string>>): readonly string[] {
  const values: Record<string, string> = { ...args };
  const stages = new Set(['scratch']);
  const images = new Set<string>();
  const use = (ref: string) => {
    if (!stages.has(ref.toLowerCase()) && !/^\d+$|[${}]|^$/.test(ref)) images.add(ref);
  };
  let begun = false;
  for (const line of instructionsOf(dockerfile)) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    const instruction = word.toUpperCase();
    if (instruction === 'ARG' && !begun) {
      const [, name = '', value = ''] = /^(\w+)(?:=["']?(.*?)["']?)?\s*$/.exec(rest) ?? [];
      values[name] ??= expand(value, values);
    } else if (instruction === 'FROM') {
      begun = true;
      const [, ref = '', stage] = /^(?:--\S+\s+)*(\S+)(?:\s+[aA][sS]\s+(\S+))?/.exec(rest) ?? [];
      use(expand(ref, values));
      if (stage !== undefined) stages.add(stage.toLowerCase());
    } else if (instruction === 'COPY' || instruction === 'RUN') {
      for (const [, ref = ''] of rest.matchAll(/(?:^|\s)--(?:mount=\S*?\b)?from=([^\s,]+)/g)) use(ref);
    }
  }
  return [...images];
}

/** The instructions, each on one line, without comments. */
function instructionsOf(dockerfile: string): readonly string[] {
  const lines = dockerfile.split(/\r?\n/).filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\[ \t]*\n/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}

/** `$NAME`, `${NAME}` and `${NAME:-default}`; a name without a value stays, so that it is seen. */
function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g,
    (whole, braced?: string, preset?: string, plain?: string) => {
      return values[braced ?? plain ?? ''] || (preset ?? whole);
    },
  );
}
