import { startGoogleApi } from '../../stand-ins/googleApi.ts';
import { type ModelApi, startModelApi, type Turn } from '../../stand-ins/modelApi.ts';
import { type OpenaiTurn, startOpenaiApi } from '../../stand-ins/openaiApi.ts';

/** What the model does at its turn. */
type Script = readonly (
  | { readonly text: string }
  | { readonly command: string }
  | { readonly status: number; readonly error: string }
)[];

/** A running stand-in of the API of an agent's model; it serves one agent in the box. */
export interface RunningModel {
  readonly port: number;
  readonly requests: readonly { readonly path: string; readonly headers: NodeJS.Dict<string | string[]> }[];
  /** Replaces the script. */
  play(script: Script): void;
  close(): Promise<void>;
}

/** One of the real agents, with all that a test must know to lead it through a session. */
export interface RealAgent {
  readonly name: string;
  /** The credential that it takes. */
  readonly credential: string;
  /** `providers:` of the agent, with the stand-in at `url`. */
  readonly provider: (url: string) => Readonly<Record<string, unknown>>;
  /** The agent's own arguments for one prompt. */
  readonly args: (prompt: string) => readonly string[];
  /** Variables that it cannot do without beside those. */
  readonly env?: Readonly<Record<string, string>>;
  /** It cannot be told of further headers. */
  readonly headerless?: boolean;
  /** `agentbox login` makes it a login. */
  readonly ownLogin: boolean;
  /**
   * A login of the host that ends, as the agent writes one, and where below the home it lies; `expires` in milliseconds
   * since 1970.
   */
  readonly login?: (expires: number) => { readonly file: string; readonly text: string };
  /** Starts a stand-in of its model's API that boxes can reach. */
  readonly model: (script: Script) => Promise<RunningModel>;
}

/** A stand-in with scripts in the words of this file. `tool` is the agent's own call that runs a shell command. */
function modelWith<T>(
  start: (turns: readonly T[]) => Promise<RunningModelOf<T>>,
  tool: (command: string) => T,
): RealAgent['model'] {
  const turns = (script: Script) => script.map((turn) => ('command' in turn ? tool(turn.command) : (turn as T)));
  return async (script) => {
    const api = await start(turns(script));
    return { port: api.port, requests: api.requests, play: (next) => api.play(turns(next)), close: () => api.close() };
  };
}

type RunningModelOf<T> = Pick<ModelApi, 'port' | 'requests' | 'close'> & { play(turns: readonly T[]): void };

const anthropic = (tool: string) =>
  modelWith(
    (turns: readonly Turn[]) => startModelApi({ turns, host: '0.0.0.0' }),
    (command) => ({ tool, input: { command, description: 'works' } }),
  );

/** Every agent that has a model, the real program each. */
export const REAL_AGENTS: readonly RealAgent[] = [
  {
    name: 'claude',
    credential: 'ANTHROPIC_API_KEY',
    provider: (base_url) => ({ name: 'anthropic', base_url }),
    args: (prompt) => ['-p', prompt],
    ownLogin: true,
    login: (expiresAt) => ({
      file: '.claude/.credentials.json',
      text: JSON.stringify({ claudeAiOauth: { accessToken: 'access', refreshToken: 'refresh', expiresAt } }),
    }),
    model: anthropic('Bash'),
  },
  {
    name: 'codex',
    credential: 'OPENAI_API_KEY',
    provider: (url) => ({ name: 'openai', base_url: `${url}/v1` }),
    args: (prompt) => ['exec', '--skip-git-repo-check', prompt],
    ownLogin: true,
    login: (expires) => {
      const claims = Buffer.from(JSON.stringify({ exp: Math.floor(expires / 1000) })).toString('base64url');
      const token = `e30.${claims}.c2ln`;
      const tokens = { id_token: token, access_token: token, refresh_token: 'refresh', account_id: 'x' };
      return { file: '.codex/auth.json', text: JSON.stringify({ auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens }) };
    },
    model: modelWith(
      (turns: readonly OpenaiTurn[]) => startOpenaiApi({ turns, host: '0.0.0.0' }),
      (command) => ({ tool: 'exec_command', input: { cmd: command, yield_time_ms: 60_000 } }),
    ),
  },
  {
    name: 'gemini',
    credential: 'GEMINI_API_KEY',
    provider: (base_url) => ({ name: 'google', base_url }),
    args: (prompt) => ['-p', prompt],
    ownLogin: true,
    login: (expiry_date) => ({
      file: '.gemini/oauth_creds.json',
      text: JSON.stringify({ access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer', expiry_date }),
    }),
    model: modelWith(
      (turns: readonly Turn[]) => startGoogleApi({ turns, host: '0.0.0.0' }),
      (command) => ({ tool: 'run_shell_command', input: { command, description: 'works' } }),
    ),
  },
  {
    name: 'opencode',
    credential: 'ANTHROPIC_API_KEY',
    provider: (base_url) => ({ name: 'anthropic', base_url }),
    args: (prompt) => ['run', prompt],
    ownLogin: true,
    login: (expires) => ({
      file: '.local/share/opencode/auth.json',
      text: JSON.stringify({ anthropic: { type: 'oauth', access: 'access', refresh: 'refresh', expires } }),
    }),
    model: anthropic('bash'),
  },
  {
    name: 'copilot',
    credential: 'COPILOT_PROVIDER_API_KEY',
    // The one way without GitHub: a model of one's own.
    provider: (url) => ({ name: 'openai', base_url: `${url}/v1` }),
    env: { COPILOT_MODEL: 'some-model' },
    args: (prompt) => ['-p', prompt],
    ownLogin: true,
    model: modelWith(
      (turns: readonly OpenaiTurn[]) => startOpenaiApi({ turns, host: '0.0.0.0' }),
      (command) => ({ tool: 'bash', input: { command, description: 'works', mode: 'sync', initial_wait: 120 } }),
    ),
  },
  {
    name: 'pi',
    credential: 'ANTHROPIC_API_KEY',
    provider: (base_url) => ({ name: 'anthropic', base_url }),
    headerless: true,
    args: (prompt) => ['-p', prompt],
    ownLogin: false,
    model: anthropic('bash'),
  },
];
