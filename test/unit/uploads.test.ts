import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { expect, test } from "vitest";
import { createUploads, type UploadLimits } from "../../server/firmware/uploads.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function open(limits: Partial<UploadLimits> = {}) {
  const root = await temporaryFolder();
  const time = { now: Date.now() };
  const uploads = await createUploads({ root, clock: () => time.now, limits });
  const begin = async (name: string) => (await uploads.begin({ name, isZip: false })).id;
  return { root, time, uploads, begin };
}

const text = (content: string) => Readable.from([Buffer.from(content)]);

test("of requests that write to one upload at once the newest goes on, and the others are told", async () => {
  const { begin, root, uploads } = await open();
  const id = await begin("a.bin");
  const tried = await Promise.allSettled([
    uploads.append(id, { offset: 0, body: text("one") }),
    uploads.append(id, { offset: 0, body: new PassThrough() }),
    uploads.append(id, { offset: 0, body: text("three") }),
  ]);
  expect(tried).toMatchObject([
    { reason: { code: "CONFLICT", message: "another request goes on with this upload" } },
    { reason: { code: "CONFLICT" } },
    { value: { offset: 5 } },
  ]);
  expect(await readFile(join(root, ".uploads", id, "data"), "utf8")).toBe("three");
});

test("a request that is cut off keeps what came, and its sender can still be answered", async () => {
  const { begin, uploads } = await open();
  const id = await begin("a.bin");
  const body = new PassThrough();
  body.write("abc");
  const stuck = uploads.append(id, { offset: 0, body });
  await expect.poll(async () => (await uploads.find(id)).offset).toBe(3);
  const [cut, rest] = await Promise.allSettled([stuck, uploads.append(id, { offset: 3, body: text("def") })]);
  expect([cut, rest]).toMatchObject([{ reason: { code: "CONFLICT" } }, { value: { offset: 6 } }]);
  expect(body.destroyed).toBe(false);
});

test("while an upload is put onto the shelf nobody writes to it or deletes it", async () => {
  const { begin, uploads } = await open();
  const id = await begin("a.bin");
  const others: PromiseSettledResult<unknown>[] = [];
  await uploads.finish(id, { offset: 0, body: text("abc") }, async () => {
    const late = [uploads.append(id, { offset: 3, body: text("d") }), uploads.drop(id)];
    others.push(...(await Promise.allSettled(late)));
  });
  const reason = { code: "CONFLICT", message: "this upload is being put onto the shelf" };
  expect(others).toMatchObject([{ reason }, { reason }]);
  await expect(uploads.find(id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("the oldest that nobody sends makes room for another, one that is being sent never does", async () => {
  const { begin, time, uploads } = await open({ most: 2 });
  const body = new PassThrough();
  const sent = await begin("sent.bin");
  const sending = uploads.append(sent, { offset: 0, body });
  const left = await begin("left.bin");
  await expect(begin("soon.bin")).rejects.toMatchObject({ code: "CONFLICT" });
  time.now += 11 * 60_000;
  const next = await begin("next.bin");
  expect((await uploads.list()).map(({ id }) => id)).toEqual([sent, next]);
  await expect(uploads.find(left)).rejects.toMatchObject({ code: "NOT_FOUND" });
  body.end();
  await sending;
});

test("of uploads that begin at once no more are taken than have a place", async () => {
  const { begin, uploads } = await open({ most: 2 });
  const begun = await Promise.allSettled(["a", "b", "c", "d"].map(begin));
  expect(begun.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  expect(await uploads.list()).toHaveLength(2);
});

/** As a crash between the two renames leaves it: the set that was there has been moved away. */
async function crashed(root: string, id: string): Promise<void> {
  const folder = join(root, ".uploads", id);
  await mkdir(join(folder, "unpacked-before"), { recursive: true });
  await writeFile(join(folder, "data"), "zip");
  await writeFile(join(folder, "about.json"), JSON.stringify({ name: "set", isZip: true }));
  await writeFile(join(folder, "unpacked-before", "kern.sbn"), "old");
}

const id = "01J0000000000000000000000A";

test("a set that a crash left beside the shelf is on it after the next start, also a week later", async () => {
  const root = await temporaryFolder();
  await crashed(root, id);
  await createUploads({ root, clock: () => Date.now() + 7 * 24 * 3_600_000 });
  expect(await readFile(join(root, "set", "kern.sbn"), "utf8")).toBe("old");
});

test("a set that was already replaced when it crashed stays as it is", async () => {
  const root = await temporaryFolder();
  await crashed(root, id);
  await mkdir(join(root, "set"));
  await writeFile(join(root, "set", "kern.sbn"), "new");
  await createUploads({ root, clock: Date.now });
  expect(await readFile(join(root, "set", "kern.sbn"), "utf8")).toBe("new");
  expect((await readdir(join(root, ".uploads", id))).sort()).toEqual(["about.json", "data"]);
});
