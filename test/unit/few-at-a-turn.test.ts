import { expect, test } from "vitest";
import { FewAtATurn } from "../../server/lib/few-at-a-turn.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("so many pass in one turn of the loop, the others in the next ones and in order", async () => {
  const turns = new FewAtATurn(2);
  const passed: number[] = [];
  for (let n = 1; n <= 5; n++) {
    const wait = turns.take();
    if (wait === undefined) passed.push(n);
    else void wait.then(() => passed.push(n));
  }
  expect(passed).toEqual([1, 2]);
  await turn();
  expect(passed).toEqual([1, 2, 3, 4]);
  await turn();
  expect(passed).toEqual([1, 2, 3, 4, 5]);
  await turn();
  await turn();
  expect([turns.take(), turns.take()]).toEqual([undefined, undefined]);
  expect(turns.take()).toBeInstanceOf(Promise);
});
