import { describe, expect, test } from "vitest";
import type { Json, ProblemBody } from "../support/admin-office.ts";
import {
  exported,
  fetchFile,
  listensAt,
  mac,
  newSecretOf,
  oldSecret,
  openRotatingOffice,
  order,
  read,
  start,
  until,
} from "../support/rotating-office.ts";
import { askForPassword, ok, openSipPhone } from "../support/sip-phone.ts";

describe("a rotation through an export", () => {
  test("gives the PBX the new secret first, and the phone obeys by its old one until it has fetched the new", async () => {
    const phone = await openSipPhone(askForPassword({ secret: oldSecret, user: "9721" }));
    const admin = await openRotatingOffice(listensAt(phone));
    const { id, state } = await start(admin);
    expect(state).toBe("waiting");
    expect(await fetchFile(admin)).toContain(oldSecret);
    const secret = await newSecretOf(admin, id);
    expect((await read(admin, id)).lines).toMatchObject([{ line: "9721", extension: "9721", state: "exported" }]);
    expect(await fetchFile(admin)).toContain(oldSecret);

    expect((await order(admin, id, "confirm")).status).toBe(202);
    await until(() => phone.requests.length).toBe(2);
    expect(await read(admin, id)).toMatchObject({
      state: "telling",
      lines: [{ state: "given", devices: [{ mac }] }],
    });
    const device = await admin.ok<{ sync: { desired: Json } }>("GET", `/devices/${mac}`);
    expect(device.sync.desired).toMatchObject({ n: 2, by: "root-token", why: `rotation ${id}` });

    const file = await fetchFile(admin);
    expect(file).toContain(secret);
    expect(file).not.toContain(oldSecret);
    await until(async () => (await read(admin, id)).state).toBe("done");
    expect(await read(admin, id)).toMatchObject({
      counts: { done: 1, given: 0 },
      lines: [{ state: "done", devices: [{ mac, state: "up-to-date" }] }],
    });
  });

  test("shows why a phone did not come, and tells it again when it is taken up again", async () => {
    let isAgreed = false;
    const phone = await openSipPhone(() => (isAgreed ? ok : { status: 489, reason: "Bad Event" }));
    const admin = await openRotatingOffice(listensAt(phone));
    const { id } = await start(admin);
    await exported(admin, id);
    await order(admin, id, "confirm");
    const phoneOf = async () => (await read(admin, id)).lines[0]?.devices[0];
    await until(phoneOf).toMatchObject({ mac, state: "refused", reason: expect.stringContaining("489") });

    isAgreed = true;
    expect((await order(admin, id, "resume")).status).toBe(202);
    await until(phoneOf).toMatchObject({ mac, state: "sent" });
    await fetchFile(admin);
    await until(async () => (await read(admin, id)).state).toBe("done");
    const again = await order(admin, id, "resume");
    expect([again.status, again.json.code]).toEqual([409, "CONFLICT"]);
  });

  test("waits for no phone where a line has none, or where its phone is switched off", async () => {
    const admin = await openRotatingOffice();
    await admin.ok("PATCH", `/devices/${mac}`, { state: "disabled" });
    const { id } = await start(admin, { all: true });
    await exported(admin, id);
    await order(admin, id, "confirm");
    await until(async () => (await read(admin, id)).state).toBe("done");
    expect((await read(admin, id)).lines).toEqual([
      {
        ...{ line: "9721", extension: "9721", state: "done" },
        devices: [{ mac, state: "skipped", reason: "it is switched off: it gets the secret when it is switched on" }],
      },
      { line: "9722", extension: "9722", state: "done", devices: [] },
    ]);
  });

  test("is done where the phone has the secret, also when a later change is on its way", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin);
    await exported(admin, id);
    await order(admin, id, "confirm");
    await until(async () => (await read(admin, id)).lines[0]?.devices).toHaveLength(1);
    const reply = await admin.provision({ via: "http", path: `/${mac}.xml`, address: "127.0.0.1" });
    await admin.ok("PATCH", `/devices/${mac}`, { settings: { "time.ntp": "10.0.0.1" } });
    reply.done({ completed: true, bytes: 1 });
    await until(async () => (await read(admin, id)).lines).toMatchObject([
      { state: "done", devices: [{ mac, state: "up-to-date" }] },
    ]);
    const { sync } = await admin.ok<{ sync: Json }>("GET", `/devices/${mac}`);
    expect(sync.state).not.toBe("up-to-date");
  });

  test("takes one line of several where the PBX has only that one", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin, { all: true });
    await exported(admin, id);
    await order(admin, id, "confirm", { lines: ["9722"] });
    await until(async () => (await read(admin, id)).counts).toMatchObject({ exported: 1, done: 1 });
    expect((await exported(admin, id)).text.split("\r\n")).toHaveLength(3);
    expect(await fetchFile(admin)).toContain(oldSecret);
  });

  test("says of a line that was removed meanwhile that it was", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin, { lines: ["9722"] });
    await exported(admin, id);
    await admin.ok("DELETE", "/lines/9722");
    await order(admin, id, "confirm");
    await until(async () => (await read(admin, id)).state).toBe("failed");
    expect((await read(admin, id)).lines).toEqual([
      { line: "9722", state: "failed", reason: "the line was removed", devices: [] },
    ]);
  });
});

describe("what is exported", () => {
  test("is CSV that no spreadsheet takes for a formula, or sections of pjsip.conf", async () => {
    const admin = await openRotatingOffice();
    await admin.ok("POST", "/lines", { id: "door", extension: "9723", userId: "do[or", authId: "a;b" });
    const { id } = await start(admin, { all: true });
    const csv = await exported(admin, id);
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(csv.headers.get("content-disposition")).toBe(`attachment; filename="rotation-${id}.csv"`);
    const hidden = csv.text.replaceAll(/\b[A-Za-z2-9]{24}\b/g, "SECRET");
    expect(hidden).toBe(
      'id,extension,userId,authId,secret\r\n9721,9721,9721,9721,SECRET\r\n9722,9722,9722,"\'+385 1, ""x""",SECRET\r\ndoor,9723,do[or,a;b,SECRET\r\n',
    );
    const { text } = await exported(admin, id, "pjsip");
    expect(
      text.replaceAll(/= [A-Za-z2-9]{24}$/gm, "= SECRET"),
    ).toBe(`; Offhook, rotation ${id}: put each password into the auth section that you have for its username

[9721]
type = auth
auth_type = userpass
username = 9721
password = SECRET

[9722]
type = auth
auth_type = userpass
username = +385 1, "x"
password = SECRET

[9723]
type = auth
auth_type = userpass
username = a\\;b
password = SECRET
`);
  });

  test("is in the audit, and in no other answer, event, log or document", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin);
    const events = await fetch(`${admin.url}/api/v1/events`, { headers: admin.headers });
    const secret = await newSecretOf(admin, id);
    expect(secret).toHaveLength(24);
    const { text } = await admin.call("GET", "/audit");
    expect(text).toContain('"action":"rotation.export"');
    const paths = ["/rotations", `/rotations/${id}`, "/lines", "/lines/9721", "/changes"];
    const answers = await Promise.all(paths.map(async (path) => (await admin.call("GET", path)).text));
    const stored = await Promise.all(
      ["rotation", "rotation-target", "line"].map((kind) => admin.office.stores.config.find({ kind })),
    );
    const reader = events.body?.getReader();
    const told = Buffer.from((await reader?.read())?.value ?? []).toString();
    await reader?.cancel();
    expect([text, ...answers, told, JSON.stringify(stored), JSON.stringify(admin.logged)].join()).not.toContain(secret);
  });

  test("is given until the PBX has it, and by no HEAD", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin);
    const url = `${admin.url}/api/v1/rotations/${id}/export?format=csv`;
    expect((await fetch(url, { method: "HEAD", headers: admin.headers })).status).toBe(404);
    expect((await read(admin, id)).counts).toMatchObject({ waiting: 1, exported: 0 });
    expect((await exported(admin, id, "xml")).status).toBe(422);
    await exported(admin, id);
    await order(admin, id, "confirm");
    const late = await exported(admin, id);
    expect([late.status, late.json.detail]).toEqual([409, "no line of this rotation waits for the PBX any more"]);
  });
});

describe("before the PBX has the new secrets", () => {
  test("a cancelled rotation leaves everything as it was", async () => {
    const admin = await openRotatingOffice();
    const before = await admin.ok("GET", "/lines/9721");
    const { id } = await start(admin);
    await exported(admin, id);
    expect((await order(admin, id, "cancel")).status).toBe(202);
    expect(await read(admin, id)).toMatchObject({ state: "cancelled", lines: [{ state: "cancelled", devices: [] }] });
    expect(await admin.ok("GET", "/lines/9721")).toEqual(before);
    expect(await fetchFile(admin)).toContain(oldSecret);
    expect((await exported(admin, id)).status).toBe(409);
    expect((await start(admin)).state).toBe("waiting");
  });

  test("a rotation whose secrets the PBX has can't be cancelled", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin);
    await exported(admin, id);
    await order(admin, id, "confirm");
    expect((await order(admin, id, "cancel")).json.code).toBe("CONFLICT");
  });

  test("a line is in one rotation at a time", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin, { all: true });
    const { json, status } = await admin.call<ProblemBody>("POST", "/rotations", {
      ...{ select: { devices: ["00:56:2b:04:36:15"] }, through: "export" },
    });
    expect([status, json.errors]).toEqual([
      409,
      [{ pointer: "/select", code: "taken", detail: "line 9721 is in a rotation that is not over" }],
    ]);
    expect((await admin.ok<{ items: Json[] }>("GET", "/rotations")).items).toMatchObject([{ id, total: 2 }]);
  });

  test("nothing is confirmed that was never exported", async () => {
    const admin = await openRotatingOffice();
    const { id } = await start(admin);
    expect((await order(admin, id, "confirm")).status).toBe(409);
    const named = await order(admin, id, "confirm", { lines: ["9721", "9722"] });
    expect([named.status, named.json.errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([
      422,
      ["/lines/0 not-exported", "/lines/1 not-found"],
    ]);
  });
});

test("a revert of a device leaves it the secret that was rotated since", async () => {
  const admin = await openRotatingOffice();
  const { id } = await start(admin);
  await exported(admin, id);
  await order(admin, id, "confirm");
  await until(async () => (await read(admin, id)).lines[0]?.devices).toHaveLength(1);
  const rotated = await fetchFile(admin);
  expect(rotated).not.toContain(oldSecret);
  await admin.ok("PATCH", `/devices/${mac}`, { label: "Desk", settings: { "time.ntp": "10.0.0.1" } });
  await admin.ok("POST", `/devices/${mac}/revisions/1/revert`, {});
  const reverted = await fetchFile(admin);
  expect(reverted).not.toContain("10.0.0.1");
  expect(/<Password_1_>.*<\/Password_1_>/.exec(reverted)?.[0]).toBe(
    /<Password_1_>.*<\/Password_1_>/.exec(rotated)?.[0],
  );
});
