import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayState } from '../protocol.ts';
import { stillAllowed, stillHeld } from './admit.ts';
import { type Listening, listenFor } from './listen.ts';
import { type Gateway, type LiveBox, liveRules } from './liveBox.ts';
import { Slots } from './slots.ts';

const SOCKET_NAME = /^[0-9a-f]{32}$/;

/** The boxes that are served, each with its listener. */
export class Served {
  private readonly gateway: Gateway;
  private readonly sockets: string;
  private readonly boxes = new Map<string, { readonly box: LiveBox; readonly listening: Listening }>();

  constructor(gateway: Gateway, sockets: string) {
    this.gateway = gateway;
    this.sockets = sockets;
  }

  /** Brings a state into force: boxes that are new listen, those that are gone do not, and what is no more allowed is cut. */
  async apply(state: GatewayState): Promise<void> {
    const wanted = new Set(state.boxes.map(({ socket }) => socket));
    const gone = [...this.boxes].filter(([socket]) => !wanted.has(socket));
    await Promise.all(gone.map(([socket]) => this.remove(socket)));
    await this.removeStale(wanted);
    for (const config of state.boxes) {
      const live = liveRules(state, config.name);
      const known = this.boxes.get(config.socket);
      if (known !== undefined) {
        Object.assign(known.box, { config, state, live });
        continue;
      }
      if (!SOCKET_NAME.test(config.socket))
        throw new Error(`the socket of ${config.name} has no name of 32 hex digits`);
      const slots = new Slots(this.gateway.limits.lookups);
      const box: LiveBox = { name: config.name, config, state, live, slots, gone: false, open: new Set() };
      const listening = await listenFor(this.gateway, box, join(this.sockets, config.socket));
      this.boxes.set(config.socket, { box, listening });
    }
    this.reconsider();
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await Promise.all([...this.boxes.keys()].map((socket) => this.remove(socket)));
    this.reconsider();
  }

  private async remove(socket: string): Promise<void> {
    const known = this.boxes.get(socket);
    this.boxes.delete(socket);
    if (known === undefined) return;
    known.box.gone = true;
    for (const { cut } of known.box.open) cut();
    await known.listening.close();
  }

  /** Takes away what a proxy before this one has left. */
  private async removeStale(wanted: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.sockets);
    const stale = names.filter((name) => SOCKET_NAME.test(name) && !wanted.has(name));
    await Promise.all(stale.map((name) => rm(join(this.sockets, name), { force: true })));
  }

  private reconsider(): void {
    const { gateway } = this;
    for (const { box } of this.boxes.values()) {
      for (const open of box.open) if (!stillAllowed(gateway, box, open)) open.cut();
    }
    gateway.holds.recheck(({ box, ...to }) => !box.gone && stillHeld(gateway, box, to));
  }
}
