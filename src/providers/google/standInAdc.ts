import type { Adc } from './tradable.ts';

/**
 * The application default credentials that a box has in the place of real ones: of a user, with the placeholder wherever
 * those have a secret. Of the real ones it has the project that pays, and nothing else. Pure.
 */
export function standInAdc(placeholder: string, { quota_project_id: project }: Adc): string {
  const paid = typeof project === 'string' && /^[a-z0-9][a-z0-9.:-]{0,99}$/.test(project);
  return JSON.stringify({
    type: 'authorized_user',
    client_id: '000000000000-agentbox0placeholder.apps.googleusercontent.com',
    client_secret: placeholder,
    refresh_token: placeholder,
    ...(paid ? { quota_project_id: project } : {}),
  });
}
