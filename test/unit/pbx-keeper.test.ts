import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createKeeper, type Session } from "../../server/push/connection/keeper.ts";
import { PbxError } from "../../server/push/connection/pbx-error.ts";
import { pbxConnection } from "../support/pbx-push.ts";

const never = new AbortController().signal;
const to = pbxConnection({ port: 5038 });

function opener() {
  const sessions: (Session & { isClosed: boolean })[] = [];
  const state = { tries: 0, isDown: false };
  const open = async () => {
    state.tries += 1;
    if (state.isDown) throw new PbxError("unreachable", "the PBX is down");
    const session = {
      isOpen: true,
      isClosed: false,
      close: () => Object.assign(session, { isOpen: false, isClosed: true }),
    };
    sessions.push(session);
    return session;
  };
  return { open, sessions, state };
}

describe("the sessions that are kept", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it("are opened once for all that want one at the same time", async () => {
    const { open, state } = opener();
    const keeper = createKeeper({ open, idleMs: 60_000, pauseMs: 1_000 });
    const [first, second] = await Promise.all([keeper.use(to, never), keeper.use(to, never)]);
    expect(first).toBe(second);
    expect(state.tries).toBe(1);
    keeper.close();
  });

  it("pause longer after each failure, at most a minute, and not at all after a success", async () => {
    const { open, state } = opener();
    const keeper = createKeeper({ open, idleMs: 10_000_000, pauseMs: 1_000 });
    state.isDown = true;
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await expect(keeper.use(to, never)).rejects.toThrow("the PBX is down");
      const { tries } = state;
      await vi.advanceTimersByTimeAsync(seconds * 1_000 - 10);
      await expect(keeper.use(to, never)).rejects.toThrow("again in 1 s");
      expect(state.tries).toBe(tries);
      await vi.advanceTimersByTimeAsync(10);
    }
    state.isDown = false;
    const session = await keeper.use(to, never);
    Object.assign(session, { isOpen: false });
    expect(await keeper.use(to, never)).not.toBe(session);
    keeper.close();
  });

  it("are closed when unused, when their settings change, and at the end", async () => {
    const { open, sessions } = opener();
    const keeper = createKeeper({ open, idleMs: 60_000, pauseMs: 1_000 });
    await keeper.use(to, never);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true]);
    await keeper.use(to, never);
    await keeper.use({ ...to, version: 2 }, never);
    expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true, true, false]);
    keeper.close();
    expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true, true, true]);
  });

  it("belong to one organization", async () => {
    const { open, sessions } = opener();
    const keeper = createKeeper({ open, idleMs: 60_000, pauseMs: 1_000 });
    await keeper.use(to, never);
    await keeper.use({ ...to, organization: "o-2" }, never);
    expect(sessions).toHaveLength(2);
    keeper.close();
  });
});
