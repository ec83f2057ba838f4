/** What the model does at its turn: says something, calls a tool (`input` is a string for a tool of free form), or the API fails. */
export type OpenaiTurn =
  | { readonly text: string }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> | string; readonly text?: string }
  | { readonly status: number; readonly error: string };

/** What the stand-in reads of a request, of either API. */
export interface RequestBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly input?: string | readonly { readonly type?: string; readonly role?: string }[];
  readonly messages?: readonly { readonly role: string }[];
}

/**
 * The turn that a request asks for. The place in the script is the number of answers the conversation already holds, not a
 * counter of ours: so a repeated request gets the same answer, and several boxes can use one stand-in at once.
 */
export function turnAt(body: RequestBody, turns: readonly OpenaiTurn[]): OpenaiTurn & { readonly place: number } {
  const place = answers(body);
  const turn: OpenaiTurn = (hasTools(body) ? turns[place] : undefined) ?? { text: 'Done.' };
  return { ...turn, place };
}

/** True for a request of the main conversation; newer models get their tools as an item of the input. */
export function hasTools({ tools, input }: RequestBody): boolean {
  const items = typeof input === 'string' ? [] : (input ?? []);
  return (tools ?? []).length > 0 || items.some(({ type }) => type === 'additional_tools');
}

/** One answer of the Responses API may be several items in a row: what it thought, what it said and what it called. */
function answers({ input, messages }: RequestBody): number {
  if (messages !== undefined) return messages.filter(({ role }) => role === 'assistant').length;
  const items = typeof input === 'string' ? [] : (input ?? []);
  return items.filter((item, index) => isAnswer(item) && !isAnswer(items[index - 1])).length;
}

function isAnswer(item: { readonly type?: string; readonly role?: string } | undefined): boolean {
  return item?.role === 'assistant' || /^(reasoning|(function|custom_tool|local_shell)_call)$/.test(item?.type ?? '');
}

/** The body of an error, as OpenAI words one. */
export function failure(message: string): object {
  return { error: { message, type: 'invalid_request_error', param: null, code: null } };
}
