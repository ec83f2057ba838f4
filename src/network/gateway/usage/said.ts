import { count, NO_TOKENS, ofWhole, type Tokens } from '../../../usage/tokens.ts';
import { name, pick } from '../../../usage/untrusted.ts';
import type { ModelApi, ModelRequest } from './endpoint.ts';

/** What a reply says of itself. */
interface Said {
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly tokens: Tokens;
}

/** Takes the JSON texts of a reply, one or several, in their order; gives what they say together. */
export interface Listener {
  hear(json: unknown): void;
  /** Undefined when nothing was said of tokens. */
  said(): Said | undefined;
}

/** The listener for the replies to a request. The last word on each number counts. Pure but for what it hears. */
export function listener({ api, model }: ModelRequest): Listener {
  const { message, usage, modelKeys, tokens } = APIS[api];
  let id: unknown;
  let says: unknown;
  let known: Record<string, unknown> | undefined;
  const hear = (json: unknown) => {
    if (Array.isArray(json)) {
      json.forEach(hear);
      return;
    }
    const whole = message(json);
    id ??= pick(whole, 'id') ?? pick(whole, 'responseId');
    for (const key of modelKeys) says ??= pick(whole, key);
    for (const found of [pick(whole, usage), pick(json, usage)]) {
      if (typeof found === 'object' && found !== null) known = { ...known, ...present(found) };
    }
  };
  return {
    hear,
    said: () =>
      known === undefined ? undefined : { id: name(id), model: name(says) ?? name(model), tokens: tokens(known) },
  };
}

interface Api {
  /** The reply in one of its texts. */
  readonly message: (json: unknown) => unknown;
  readonly usage: string;
  readonly modelKeys: readonly string[];
  readonly tokens: (usage: unknown) => Tokens;
}

const APIS: Readonly<Record<ModelApi, Api>> = {
  messages: {
    message: (json) => pick(json, 'message') ?? json,
    usage: 'usage',
    modelKeys: ['model'],
    tokens: (usage) => {
      const written = count(pick(usage, 'cache_creation_input_tokens'));
      const hour = Math.min(written, count(pick(usage, 'cache_creation', 'ephemeral_1h_input_tokens')));
      return {
        ...NO_TOKENS,
        input: count(pick(usage, 'input_tokens')),
        output: count(pick(usage, 'output_tokens')),
        cacheWrite: written - hour,
        cacheWrite1h: hour,
        cacheRead: count(pick(usage, 'cache_read_input_tokens')),
      };
    },
  },
  responses: {
    message: (json) => pick(json, 'response') ?? json,
    usage: 'usage',
    modelKeys: ['model'],
    tokens: (usage) => {
      const details = pick(usage, 'input_tokens_details');
      const read = { read: count(pick(usage, 'input_tokens')), ...cached(details) };
      const thought = count(pick(usage, 'output_tokens_details', 'reasoning_tokens'));
      return ofWhole(read, count(pick(usage, 'output_tokens')), thought);
    },
  },
  chat: {
    message: (json) => json,
    usage: 'usage',
    modelKeys: ['model'],
    tokens: (usage) => {
      const details = pick(usage, 'prompt_tokens_details');
      const read = { read: count(pick(usage, 'prompt_tokens')), ...cached(details) };
      const thought = count(pick(usage, 'completion_tokens_details', 'reasoning_tokens'));
      return ofWhole(read, count(pick(usage, 'completion_tokens')), thought);
    },
  },
  gemini: {
    // Code Assist has it in an envelope.
    message: (json) => pick(json, 'response') ?? json,
    usage: 'usageMetadata',
    modelKeys: ['modelVersion'],
    tokens: (usage) => {
      const of = (kind: string) => count(pick(usage, `${kind}TokenCount`));
      const read = { read: of('prompt') + of('toolUsePrompt'), cacheRead: of('cachedContent'), cacheWrite: 0 };
      return ofWhole(read, of('candidates') + of('thoughts'), of('thoughts'));
    },
  },
  converse: {
    message: (json) => json,
    usage: 'usage',
    modelKeys: [],
    tokens: (usage) => ({
      ...NO_TOKENS,
      input: count(pick(usage, 'inputTokens')),
      output: count(pick(usage, 'outputTokens')),
      cacheWrite: count(pick(usage, 'cacheWriteInputTokens')),
      cacheRead: count(pick(usage, 'cacheReadInputTokens')),
    }),
  },
};

function cached(details: unknown): { readonly cacheRead: number; readonly cacheWrite: number } {
  return {
    cacheRead: count(pick(details, 'cached_tokens')),
    cacheWrite: count(pick(details, 'cache_write_tokens') ?? pick(details, 'cache_creation_tokens')),
  };
}

/** Without what is null: later texts of a stream leave out what an earlier one has said. */
function present(usage: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}
