import type { Context } from '../context.ts';
import { print, printJson, say } from '../ui/io.ts';
import type { Target } from './buildAgent.ts';
import { findImage } from './choose.ts';
import { gatewayImage } from './gateway.ts';

/** Prints what a build would do, with the engine's command lines; does nothing. */
export async function buildDryRun(
  context: Context,
  { engine, agent, profile, user }: Target,
  { rebuild, json }: { readonly rebuild?: boolean; readonly json?: boolean },
): Promise<void> {
  const { specs, missing } = await findImage(engine, agent, profile, context, user);
  const gateway = profile.network === 'gateway' ? await gatewayImage() : [];
  const more = gateway.filter(({ tag }) => !specs.some((spec) => spec.tag === tag));
  const rows = await Promise.all(
    [...(missing?.spec === undefined ? [] : [missing.spec]), ...specs, ...more].map(async (spec) => {
      const { tag, title, folder, from, args, user } = spec;
      const there = (await engine.image(tag)) !== undefined;
      const all = { ...(from === '' ? {} : { FROM: from }), ...args };
      const flags = Object.entries(all).map(([name, value]) => `--build-arg ${name}=${value}`);
      const cache = rebuild ? ['--no-cache'] : [];
      const command = [engine.kind, 'build', ...cache, '-t', tag, ...flags, user?.context ?? `images/${folder}`];
      return { image: tag, title, there, from, args, command: command.join(' ') };
    }),
  );
  if (json) return printJson(context.io, rows);
  if (rebuild) say(context.io, 'built anew, with the newest version in the place of the one below');
  if (missing !== undefined && missing.spec === undefined) print(context.io, `${missing.ref}: to be pulled first`);
  if (rows.length === 0 && missing === undefined) print(context.io, 'nothing: the image is taken as it is');
  for (const row of rows) {
    print(context.io, `${row.title}: ${row.image} (${row.there && !rebuild ? 'is there' : 'to be built'})`);
    print(context.io, `  ${row.command}`);
  }
}
