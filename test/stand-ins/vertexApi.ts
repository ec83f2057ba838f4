import { failure, type MessagesRequest, play, serverSent, type Turn } from './anthropicTurns.ts';
import type { CloudAnswer, CloudRequest } from './cloudApi.ts';

const MODEL = /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/publishers\/anthropic\/models\/([^/:]+):(\w+)$/;

/** Who may ask: the access token that Google's token endpoint gives for the refresh token. */
export interface GoogleKey {
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly project: string;
  readonly region: string;
}

/** What Google's token endpoint and Anthropic's models on Vertex AI answer, undefined for what they do not have. */
export function vertexAnswer(request: CloudRequest, turns: readonly Turn[], key: GoogleKey): CloudAnswer | undefined {
  const [path = ''] = request.path.split('?');
  if (request.host === 'oauth2.googleapis.com' && path === '/token') return tokenAnswer(request, key);
  const [, project, region, model, verb] = MODEL.exec(path) ?? [];
  if (model === undefined) return undefined;
  if (request.headers.authorization !== `Bearer ${key.accessToken}`) return refused(401, 'another access token');
  if (project !== key.project || region !== key.region) return refused(404, `no ${project} in ${region}`);
  if (model === 'count-tokens') return json(200, { input_tokens: 10 });
  const played = play({ ...(request.body as MessagesRequest), model }, turns);
  if ('failure' in played) return json(played.status, played.failure);
  if (verb !== 'streamRawPredict') return json(200, played.message);
  return { status: 200, type: 'text/event-stream', body: serverSent(played.events) };
}

function tokenAnswer({ raw }: CloudRequest, key: GoogleKey): CloudAnswer {
  const form = new URLSearchParams(raw.toString());
  if (form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== key.refreshToken) {
    return json(400, { error: 'invalid_grant' });
  }
  return json(200, { access_token: key.accessToken, expires_in: 3599, token_type: 'Bearer' });
}

const refused = (status: number, message: string) => json(status, failure('permission_error', message));

function json(status: number, value: object): CloudAnswer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
