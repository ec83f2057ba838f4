/** Where every library of Google trades credentials of a user for access tokens. */
export const TOKEN_HOST = 'oauth2.googleapis.com';
