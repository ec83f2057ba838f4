/**
 * A stand-in for what GitHub Copilot CLI needs of GitHub: the login by device code, the account, the list of models and the
 * model itself. It answers from behind cloudApi.ts, to which copilot is led as to a company's proxy, since it takes no other
 * addresses. Who answers the code, a person in a browser, is left out: the second question is told that it was done.
 */
import type { Answerer, CloudAnswer, CloudRequest } from './cloudApi.ts';
import { chatAnswer } from './openaiChat.ts';
import { type OpenaiTurn, type RequestBody, turnAt } from './openaiTurns.ts';

/** The hosts that copilot asks with an individual's account. */
export const GITHUB_HOSTS: readonly string[] = [
  'github.com',
  'api.github.com',
  'api.individual.githubcopilot.com',
  'telemetry.individual.githubcopilot.com',
];

/** What one stand-in knows: the account, the token that its login gives, and what the model says. */
export interface GithubScript {
  readonly account: string;
  readonly token: string;
  readonly turns: () => readonly OpenaiTurn[];
}

/** Answers for those hosts; a request with any other token than the script's is refused as GitHub refuses it. */
export function githubAnswer(script: GithubScript): Answerer {
  let asked = 0;
  return (request) => {
    if (request.host === 'github.com') {
      if (request.path === '/login/device/code') return json(200, DEVICE_CODE);
      if (request.path !== '/login/oauth/access_token') return undefined;
      asked += 1;
      return json(200, asked === 1 ? { error: 'authorization_pending' } : { access_token: script.token, ...GRANT });
    }
    if (request.host.startsWith('telemetry.')) return json(200, {});
    const token = /^(?:bearer|token) (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== script.token) return json(401, { message: 'Bad credentials' });
    return request.host === 'api.github.com' ? account(request, script) : model(request, script);
  };
}

/** The requests for a turn of the model. */
export function copilotConversation(requests: readonly CloudRequest[]): readonly CloudRequest[] {
  return requests.filter(({ path, body }) => isChat(path) && ((body ?? {}) as RequestBody).tools?.length);
}

function account({ path }: CloudRequest, script: GithubScript): CloudAnswer | undefined {
  if (path === '/user') return json(200, { login: script.account, id: 1 });
  if (!path.startsWith('/copilot_internal/user')) return undefined;
  return json(200, {
    ...{ login: script.account, access_type_sku: 'stand_in', copilot_plan: 'individual', chat_enabled: true },
    endpoints: {
      api: 'https://api.individual.githubcopilot.com',
      telemetry: 'https://telemetry.individual.githubcopilot.com',
    },
  });
}

function model({ path, body }: CloudRequest, script: GithubScript): CloudAnswer | undefined {
  if (path.startsWith('/models')) return json(200, { object: 'list', data: [MODEL] });
  if (!isChat(path)) return undefined;
  const request = (body ?? {}) as RequestBody;
  return chatAnswer(request, turnAt(request, script.turns()));
}

const isChat = (path: string) => path.split('?')[0] === '/chat/completions';

const DEVICE_CODE = {
  device_code: 'stand-in-device',
  user_code: 'ABCD-1234',
  verification_uri: 'https://github.com/login/device',
  expires_in: 900,
  interval: 1,
};

const GRANT = { token_type: 'bearer', scope: 'read:user' };

const MODEL = {
  // Copilot takes only models whose names it knows.
  id: 'claude-sonnet-4.6',
  name: 'Stand-in',
  object: 'model',
  vendor: 'stand-in',
  version: '1',
  preview: false,
  model_picker_enabled: true,
  is_chat_default: true,
  policy: { state: 'enabled' },
  supported_endpoints: ['/chat/completions'],
  capabilities: {
    ...{ type: 'chat', family: 'claude-sonnet-4.6', object: 'model_capabilities', tokenizer: 'o200k_base' },
    limits: { max_context_window_tokens: 128_000, max_prompt_tokens: 100_000, max_output_tokens: 16_000 },
    supports: { tool_calls: true, parallel_tool_calls: true, streaming: true },
  },
};

function json(status: number, value: object): CloudAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
