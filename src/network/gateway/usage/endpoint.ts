/** The API that a request speaks, by its path; its replies say what they took. */
export type ModelApi = 'messages' | 'responses' | 'chat' | 'gemini' | 'converse';

/** A request to a model. */
export interface ModelRequest {
  readonly api: ModelApi;
  /** The model, where the path names it and the reply may not. */
  readonly model: string | undefined;
}

/** What a request asks a model for, of its method and target; undefined for every other request. Pure. */
export function modelRequest(method: string | undefined, target: string): ModelRequest | undefined {
  if (method !== 'POST') return undefined;
  const path = target.replace(/[?#].*$/s, '');
  if (/\/messages$/.test(path)) return { api: 'messages', model: undefined };
  if (/\/responses$/.test(path)) return { api: 'responses', model: undefined };
  if (/\/chat\/completions$/.test(path)) return { api: 'chat', model: undefined };
  // Claude on Google's cloud, before Google's own models.
  const google = /\/models\/([^/]+):(?:stream)?(rawPredict|generateContent)$/i.exec(path);
  if (google !== null) return { api: /raw/i.test(google[2] ?? '') ? 'messages' : 'gemini', model: google[1] };
  if (/:(?:stream)?generateContent$/i.test(path)) return { api: 'gemini', model: undefined };
  const amazon = /\/model\/([^/]+)\/(invoke|converse)(?:-with-response-stream|-stream)?$/.exec(path);
  if (amazon === null) return undefined;
  return { api: amazon[2] === 'converse' ? 'converse' : 'messages', model: decoded(amazon[1] ?? '') };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
