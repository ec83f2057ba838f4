import { createHash } from 'node:crypto';

/**
 * The SELinux level of a client: two different categories out of 1024, taken from the client's name, so that all boxes
 * of a client share their files and boxes of other clients cannot read them even where permissions would let them.
 */
export function selinuxLevel(client: string): string {
  const digest = createHash('sha256').update(`agentbox client ${client}`).digest();
  const first = digest.readUInt16BE(0) % 1024;
  const second = (first + 1 + (digest.readUInt16BE(2) % 1023)) % 1024;
  return `s0:c${Math.min(first, second)},c${Math.max(first, second)}`;
}
