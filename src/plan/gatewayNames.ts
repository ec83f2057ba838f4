import { createHash } from 'node:crypto';
import type { Paths } from '../config/paths.ts';

/**
 * The name of a client's gateway: of its container and of the volume it shares with the boxes. Users who share an engine may
 * each have a client of that name, so the folder of the state is in it. Pure.
 */
export function gatewayName(client: string, { dataDir }: Pick<Paths, 'dataDir'>): string {
  return `agentbox-gateway-${client}-${digest([dataDir, client])}`;
}

/** Tells the keeper of a client on one engine (the real path of its socket or command) from all others; 8 hex digits. Pure. */
export function keeperKey(client: string, { dataDir }: Pick<Paths, 'dataDir'>, endpoint: string): string {
  return digest([dataDir, client, endpoint]);
}

/** Tells things apart by what they are made of; 8 hex digits. Pure. */
export function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}
