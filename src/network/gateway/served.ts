import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayState } from '../protocol.ts';
import { stillAllowed, stillHeld } from './admit.ts';
import { type Listening, listenFor } from './listen.ts';
import { listenForward } from './listenForward.ts';
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
    const further = state.boxes.flatMap(({ forwards = [] }) => forwards.map(({ socket }) => socket));
    await this.removeStale(new Set([...wanted, ...further]));
    for (const config of state.boxes) {
      const live = liveRules(state, config.name);
      const known = this.boxes.get(config.socket);
      if (known !== undefined) {
        Object.assign(known.box, { config, state, live });
        continue;
      }
      const slots = new Slots(this.gateway.limits.lookups);
      const box: LiveBox = { name: config.name, config, state, live, slots, gone: false, open: new Set() };
      this.boxes.set(config.socket, { box, listening: await this.listen(box) });
    }
    this.reconsider();
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    await Promise.all([...this.boxes.keys()].map((socket) => this.remove(socket)));
    this.reconsider();
  }

  private async listen(box: LiveBox): Promise<Listening> {
    const { socket, forwards = [] } = box.config;
    const all = [await listenFor(this.gateway, box, this.pathOf(box, socket))];
    for (const forward of forwards) {
      all.push(await listenForward(this.gateway, box, forward, this.pathOf(box, forward.socket)));
    }
    return {
      async close() {
        await Promise.all(all.map((one) => one.close()));
      },
    };
  }

  private pathOf({ name }: LiveBox, socket: string): string {
    if (SOCKET_NAME.test(socket)) return join(this.sockets, socket);
    throw new Error(`a socket of ${name} has no name of 32 hex digits`);
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
