/** `-c key=value` for each entry, the value as TOML; such an override wins over every configuration file of codex. */
export function overrides(settings: Readonly<Record<string, string | boolean | object>>): readonly string[] {
  return Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${toml(value)}`]);
}

/** Logins go to a file: a box has no keychain. */
export const FILE_STORE = overrides({ cli_auth_credentials_store: 'file', mcp_oauth_credentials_store: 'file' });

/** A value as TOML writes it in one line; undefined members are left out. */
function toml(value: unknown): string {
  // TOML's strings are JSON's, but for DEL, which it wants escaped.
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${toml(name)}=${toml(member)}`).join(',')}}`;
}
