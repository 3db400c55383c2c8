import { describe, expect, it } from "vitest";
import { SandboxQueue } from "../../server/render/sandbox-queue.ts";

/** Everybody in turn, who sits as long as it takes to be noted; `refused` are those who had to leave. */
function queueOf(most: number) {
  const queue = new SandboxQueue(["seat"], most);
  const served: string[] = [];
  const refused: string[] = [];
  const join = async (who: string) => {
    try {
      const seat = await queue.take(who.slice(0, 1));
      served.push(who);
      queue.give(seat);
    } catch (error) {
      refused.push(`${who} ${(error as { code?: string }).code}`);
    }
  };
  return { queue, join, served, refused };
}

describe("those who wait for a thread", () => {
  it.each([
    ["take turns by group, so that nobody waits for all of another's", "a1 a2 a3 b1 b2 c1", "a1 b1 c1 a2 b2 a3"],
    ["come in their order within a group", "a1 a2 a3 a4", "a1 a2 a3 a4"],
  ])("%s", async (_what, come, go) => {
    const { queue, join, served } = queueOf(10);
    const seat = await queue.take("x");
    const all = come.split(" ").map(join);
    expect(served).toEqual([]);
    queue.give(seat);
    await Promise.all(all);
    expect(served.join(" ")).toBe(go);
  });

  it.each([
    ["refuse the next of one group alone", "a1 a2 a3 a4", "a1 a2 a3", ["a4 TOO_BUSY"]],
    ["make room for another group, the last to come first", "a1 a2 a3 b1", "a1 b1 a2", ["a3 TOO_BUSY"]],
    ["never for a group that has as many", "a1 a2 b1 b2", "a1 b1 a2", ["b2 TOO_BUSY"]],
    ["nor where everybody waits for one", "a1 b1 c1 d1", "a1 b1 c1", ["d1 TOO_BUSY"]],
  ])("when there are too many %s", async (_what, come, go, gone) => {
    const { queue, join, served, refused } = queueOf(3);
    const seat = await queue.take("x");
    const all = come.split(" ").map(join);
    queue.give(seat);
    await Promise.all(all);
    expect([served.join(" "), refused]).toEqual([go, gone]);
  });

  it("leave a seat to whoever comes when nobody waits", async () => {
    const { join, served } = queueOf(0);
    await join("a1");
    await join("b1");
    expect(served).toEqual(["a1", "b1"]);
  });
});
