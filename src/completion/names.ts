import type { Context } from '../context.ts';
import type { Candidate, Names } from './complete.ts';
import type { Kind } from './wanted.ts';

/** Milliseconds that a person waits for a TAB; what is not known by then is not offered. */
const LIMIT = 800;

/** The names that this machine knows: from the configuration, the engine and the network log. Any trouble: none. */
export function namesHere(context: Context): Names {
  return async (kind, words) => {
    const late = new Promise<readonly Candidate[]>((resolve) => setTimeout(resolve, LIMIT, []).unref());
    return Promise.race([SOURCES[kind](context, words).catch(() => []), late]);
  };
}

type Source = (context: Context, words: readonly string[]) => Promise<readonly Candidate[]>;

const SOURCES: Readonly<Record<Kind, Source>> = {
  async client({ config }) {
    const { clients } = await config();
    const named = [...clients].map(([value, { projects = [] }]) => ({ value, note: projects.join(', ') }));
    return clients.has('default') ? named : [...named, { value: 'default', note: 'without any settings' }];
  },

  async agent() {
    const { AGENTS } = await import('../agents/index.ts');
    return AGENTS.map(({ name, title }) => ({ value: name, note: title === name ? '' : title }));
  },

  async box(context, words) {
    const [{ fromLabels }, config] = await Promise.all([import('../plan/labels.ts'), context.config()]);
    const flag = optionValue(words, '--engine');
    const engine = await context.engine({
      flag: flag === 'docker' || flag === 'podman' ? flag : undefined,
      profile: config.defaults.engine ?? 'auto',
    });
    const boxes = await engine.boxes({});
    return boxes.map(({ name, state, labels }) => {
      const { client, agent } = fromLabels(labels);
      return { value: name, note: `${client}, ${agent}, ${state}` };
    });
  },

  async host(context, words) {
    const [{ clientHere }, { recentlyBlocked }, { PRESETS }] = await Promise.all([
      import('../credentials/clientHere.ts'),
      import('./recentlyBlocked.ts'),
      import('../network/policy/presets.ts'),
    ]);
    const client = await clientHere(context, optionValue(words, '--client', '-c'));
    const hosts = await recentlyBlocked(context.paths, client);
    return [
      ...hosts.map((value) => ({ value, note: 'was blocked' })),
      ...PRESETS.map(({ name, rules }) => ({ value: name, note: rules.join(' ') })),
    ];
  },

  async credential(context, words) {
    const { clientHere } = await import('../credentials/clientHere.ts');
    const client = await clientHere(context, optionValue(words, '--client', '-c'));
    const { clients } = await context.config();
    return Object.keys(clients.get(client)?.credentials ?? {}).map((value) => ({ value, note: `of client ${client}` }));
  },
};

/** The value that an option has on the command line. */
function optionValue(words: readonly string[], ...options: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (options.includes(word)) return words[index + 1];
    const inline = options.find((option) => word.startsWith(`${option}=`));
    if (inline !== undefined) return word.slice(inline.length + 1);
  }
  return undefined;
}
