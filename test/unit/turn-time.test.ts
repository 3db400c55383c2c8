import { expect, test } from "vitest";
import { TurnTime } from "../../server/lib/turn-time.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Work that takes two of the five milliseconds of a turn, by a clock of its own. */
function office() {
  let now = 0;
  const turns = new TurnTime(5, () => now);
  const done: number[] = [];
  const work = (n: number) => {
    done.push(n);
    now += 2;
  };
  const ask = (n: number) => {
    const wait = turns.take();
    if (wait === undefined) work(n);
    else void wait.then(() => work(n));
  };
  return { ask, done, turns };
}

test("work begins in a turn of the loop while there is time, the rest in the next ones and in order", async () => {
  const { ask, done, turns } = office();
  for (const n of [1, 2, 3, 4, 5, 6, 7]) ask(n);
  expect([done, turns.waiting]).toEqual([[1, 2, 3], 4]);
  const sizes = new Set<number>();
  for (let turns = 0; turns < 20 && done.length < 7; turns++) {
    await turn();
    sizes.add(done.length);
  }
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect([...sizes]).toEqual(expect.arrayContaining([3, 6, 7]));
});

test("who comes while others wait is behind them, even where there is time", async () => {
  const { ask, done } = office();
  for (const n of [1, 2, 3, 4]) ask(n);
  await turn();
  ask(5);
  for (let turns = 0; turns < 20 && done.length < 5; turns++) await turn();
  expect(done).toEqual([1, 2, 3, 4, 5]);
});

test("after a while in which nobody asked there is a whole turn again", async () => {
  const { ask, done } = office();
  for (const n of [1, 2, 3]) ask(n);
  await turn();
  await turn();
  for (const n of [4, 5, 6]) ask(n);
  expect(done).toEqual([1, 2, 3, 4, 5, 6]);
});
