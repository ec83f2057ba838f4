import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Termination } from './broker.ts';
import { brokerRequest } from './brokerRequest.ts';
import { upstreamAgent } from './brokerUpstream.ts';
import { endPolitely } from './refuse.ts';

/** Serves the requests on a box's connection, one after the other, until either side has enough. */
export function brokerServer(termination: Termination, socket: TLSSocket): void {
  const { limits } = termination;
  const agent = upstreamAgent(termination);
  let open = 0;
  // A server that does not listen watches no time limits itself.
  let late = setTimeout(() => socket.destroy(), limits.headMs);
  const serve = (request: IncomingMessage, response: ServerResponse, upgrading?: Buffer) => {
    clearTimeout(late);
    open += 1;
    response.once('close', () => {
      open -= 1;
      clearTimeout(late);
      if (open === 0) late = setTimeout(() => socket.destroy(), limits.keepAliveMs + limits.headMs);
    });
    brokerRequest({ ...termination, agent, request, response, upgrading });
  };
  const server = createServer({ maxHeaderSize: limits.headBytes, keepAliveTimeout: limits.keepAliveMs });
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('upgrade', (request: IncomingMessage, _: Duplex, head: Buffer) => {
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    response.shouldKeepAlive = false;
    response.once('finish', () => socket.end());
    serve(request, response, head);
  });
  const malformed = () =>
    endPolitely(socket, 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  server.on('connect', malformed);
  server.on('clientError', malformed);
  socket.setTimeout(limits.idleMs, () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(late);
    agent.destroy();
  });
  server.emit('connection', socket);
}
