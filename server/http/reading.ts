import type { Socket } from "node:net";

/** Node's parser of one connection; not in its documentation, so it may not be there. */
interface Parser {
  onIncoming?: (request: unknown, keepsAlive: boolean) => number;
}

/** To the parser: what follows is no HTTP, leave it. */
const readNoFurther = 2;

/**
 * Calls back for each request that Node reads from the connection, before it makes anything of it; false ends the reading.
 * Without that all that came in one piece is taken apart to its end, two thousand requests, although the connection
 * was destroyed at the ninth: 100 milliseconds in which nobody else is served.
 */
export function watchReading(socket: Socket, mayGoOn: () => boolean): void {
  const { parser } = socket as Socket & { readonly parser?: Parser };
  const take = parser?.onIncoming;
  if (parser === undefined || take === undefined) return;
  parser.onIncoming = (request, keepsAlive) => (mayGoOn() ? take(request, keepsAlive) : readNoFurther);
}
