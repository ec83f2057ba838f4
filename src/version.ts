declare const AGENTBOX_VERSION: string | undefined;

/** The version of this program; the build defines it, from package.json. */
export const VERSION: string = typeof AGENTBOX_VERSION === 'string' ? AGENTBOX_VERSION : '0.0.0-source';
