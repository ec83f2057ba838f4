import { HOME } from './agent.ts';

/** What gemini is told in every box, and what a project may not tell it. Empty is as good as unset, and taken. */
export const GEMINI_ENV: Readonly<Record<string, string>> = {
  GEMINI_CLI_HOME: HOME,
  GEMINI_CLI_TRUST_WORKSPACE: 'true',
  // No keychain is in a box; the login lies in oauth_creds.json, from where the second of these would move it.
  GEMINI_FORCE_FILE_STORAGE: 'true',
  GEMINI_FORCE_ENCRYPTED_FILE_STORAGE: 'false',
  // Its login asks for a code instead of waiting on a port that no browser reaches.
  NO_BROWSER: 'true',
  // Else it runs as the child of a process that takes no signal, so that a box could only be killed.
  GEMINI_CLI_NO_RELAUNCH: 'true',
  GEMINI_SANDBOX: 'false',
  GEMINI_TELEMETRY_ENABLED: 'false',
  // It has git in its shell leave out ~/.gitconfig, where the client's identity is, but keeps what is given this way.
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'include.path',
  GIT_CONFIG_VALUE_0: `${HOME}/.gitconfig`,
  // The .gemini/.env of a project sets each variable that is not there: the address the key goes to, whose key it is,
  // whether certificates count, and where the settings lie that no project may replace.
  ...Object.fromEntries(
    [
      [
        'GOOGLE_GEMINI_BASE_URL',
        'GOOGLE_VERTEX_BASE_URL',
        'GEMINI_CLI_CUSTOM_HEADERS',
        'GEMINI_API_KEY_AUTH_MECHANISM',
      ],
      ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_APPLICATION_CREDENTIALS', 'GOOGLE_CLOUD_ACCESS_TOKEN'],
      ['GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA', 'GEMINI_CLI_USE_COMPUTE_ADC', 'CLOUD_SHELL'],
      ['GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_PROJECT_ID', 'GOOGLE_CLOUD_LOCATION'],
      ['GEMINI_CLI_SYSTEM_SETTINGS_PATH', 'GEMINI_CLI_SYSTEM_DEFAULTS_PATH', 'GEMINI_CLI_ACTIVITY_LOG_TARGET'],
    ]
      .flat()
      .map((name) => [name, '']),
  ),
  CODE_ASSIST_ENDPOINT: 'https://cloudcode-pa.googleapis.com',
  GOOGLE_CLOUD_UNIVERSE_DOMAIN: 'googleapis.com',
  NODE_TLS_REJECT_UNAUTHORIZED: '1',
};
