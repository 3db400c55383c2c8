import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a database that can be cut: what goes through it is what comes out. */
export interface CuttableWay {
  /** The address given, by this way. */
  readonly url: string;
  /** Breaks every connection and refuses new ones, as when the database's machine restarts. */
  cut(): void;
  /** Lets nothing more through on any connection, old or new, and says nothing, as when a network fails. */
  silence(): void;
  mend(): void;
}

type State = "open" | "cut" | "silent";

export async function openWay(to: string): Promise<CuttableWay> {
  const target = new URL(to);
  const open = new Set<Socket>();
  let state: State = "open";
  const way = createServer((near) => {
    if (state === "cut") return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("data", (bytes) => state === "open" && into.write(bytes));
      from.on("error", () => undefined);
      from.on("close", () => {
        open.delete(from);
        into.destroy();
      });
    }
  });
  const breakAll = () => {
    for (const socket of open) socket.destroy();
  };
  await new Promise<void>((resolve) => way.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    breakAll();
    way.close();
  });
  const url = new URL(to);
  url.port = String((way.address() as AddressInfo).port);
  return {
    url: url.href,
    cut() {
      state = "cut";
      breakAll();
    },
    silence() {
      state = "silent";
    },
    mend() {
      // What was swallowed would be missing in the middle of a conversation.
      if (state === "silent") breakAll();
      state = "open";
    },
  };
}
