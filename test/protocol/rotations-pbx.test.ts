import { describe, expect, test } from "vitest";
import type { AdminOffice, ProblemBody } from "../support/admin-office.ts";
import type { AmiFiles } from "../support/ami-config.ts";
import { type AmiCase, startAmi } from "../support/ami-server.ts";
import {
  exported,
  fetchFile,
  listensAt,
  oldSecret,
  openRotatingOffice,
  order,
  read,
  start,
  until,
} from "../support/rotating-office.ts";
import { askForPassword, openSipPhone } from "../support/sip-phone.ts";

const password = "old-at-the-pbx";

/** Endpoint and auth of one name, as many have them, and a trunk that somebody gave the same. */
const pjsipConf = (lines: [string, string][] = [["password", password]]): AmiFiles => ({
  "pjsip.conf": [
    { name: "9721", lines: [["type", "endpoint"]] },
    {
      name: "9721",
      lines: [["type", "auth"], ["auth_type", "userpass"], ["username", "9721"], ...lines],
    },
    {
      name: "9721",
      lines: [
        ["type", "auth"],
        ["username", "97210"],
        ["password", "of-the-trunk"],
      ],
    },
  ],
});

const user = "offhook";
const secret = "ami-secret";
const write = ["system", "command", "config"];

async function connect(admin: AdminOffice, given: AmiCase, kind = "asterisk-ami") {
  const pbx = await startAmi({ write, ...given });
  await admin.ok("POST", "/pbx-connections", { kind, host: "127.0.0.1", port: pbx.port, user, secret });
  return pbx;
}

const throughConnection = (admin: AdminOffice) => start(admin, { lines: ["9721"] }, "connection");
const passwordIn = (files: AmiFiles, at = 1) =>
  files["pjsip.conf"]?.[at]?.lines.find(([name]) => name === "password")?.[1];

describe("a rotation through a connection", () => {
  test("writes the password of the line's own section, has it read again, and tells the phone", async () => {
    const phone = await openSipPhone(askForPassword({ secret: oldSecret, user: "9721" }));
    const admin = await openRotatingOffice(listensAt(phone));
    const files = pjsipConf();
    const pbx = await connect(admin, { files });
    const { id } = await throughConnection(admin);
    await until(() => phone.requests.length).toBe(2);
    expect(pbx.actions.slice(2)).toEqual(["GetConfig", "GetConfig", "UpdateConfig", "Reload"]);
    expect(pbx.received()).toContain("Module: res_pjsip.so\r\n");
    const written = passwordIn(files) ?? "";
    expect(written).toMatch(/^[A-Za-z2-9]{24}$/);
    expect(passwordIn(files, 2)).toBe("of-the-trunk");
    expect(await fetchFile(admin)).toContain(written);
    await until(async () => (await read(admin, id)).state).toBe("done");
    expect((await exported(admin, id)).status).toBe(409);
  });

  test.each([
    ["keeps its lines in a database", { files: { "pjsip.conf": [] } }, /no section of type auth with username=9721/],
    ["has an MD5 sum", { files: pjsipConf([["md5_cred", "x"]]) }, /section 9721 of pjsip\.conf has no line “password”/],
    ["is FreePBX's", { files: { ...pjsipConf(), "pjsip.auth.conf": [] } }, /as FreePBX makes it from its own database/],
    ["does not let the user", { files: pjsipConf(), write: ["system"] }, /add “config” to its write line/],
    [
      "can't save",
      { files: pjsipConf(), failing: { UpdateConfig: "Save of config failed" } },
      /“Save of config failed”/,
    ],
    ["refuses the login", { files: pjsipConf(), secret: "another" }, /does not let offhook in/],
  ] satisfies [string, AmiCase, RegExp][])(
    "leaves the line as it was where the PBX %s",
    async (_name, given, reason) => {
      const admin = await openRotatingOffice();
      const files: AmiFiles = given.files;
      await connect(admin, given);
      const before = await admin.ok("GET", "/lines/9721");
      const { id } = await throughConnection(admin);
      await until(async () => (await read(admin, id)).state).toBe("failed");
      expect((await read(admin, id)).lines).toMatchObject([{ state: "failed", reason: expect.stringMatching(reason) }]);
      expect(await admin.ok("GET", "/lines/9721")).toEqual(before);
      expect([undefined, password]).toContain(passwordIn(files));
      expect((await order(admin, id, "cancel")).status).toBe(202);
      expect((await read(admin, id)).state).toBe("cancelled");
    },
  );

  test("writes the same secret again where it is not known what the PBX took", async () => {
    const admin = await openRotatingOffice();
    const files = pjsipConf();
    const failing: Record<string, string> = { Reload: "A reload is in progress" };
    await connect(admin, { files, failing });
    const { id } = await throughConnection(admin);
    await until(async () => (await read(admin, id)).lines[0]?.reason).toMatch(/did not read that again: “A reload is/);
    const written = passwordIn(files) ?? "";
    expect(written).not.toBe(password);
    expect((await order(admin, id, "cancel")).status).toBe(409);
    expect(await fetchFile(admin)).toContain(oldSecret);

    delete failing.Reload;
    await order(admin, id, "resume");
    await until(async () => (await read(admin, id)).state).not.toBe("failed");
    await until(async () => (await read(admin, id)).counts).toMatchObject({ given: 1 });
    expect(passwordIn(files)).toBe(written);
    expect(await fetchFile(admin)).toContain(written);
  });

  test("is refused where phones with the line are at sites with different PBXs", async () => {
    const admin = await openRotatingOffice();
    await connect(admin, { files: pjsipConf() });
    const own = await startAmi({ write });
    await admin.ok("POST", "/sites", { id: "branch", name: "Branch" });
    await admin.ok("POST", "/pbx-connections", {
      ...{ kind: "asterisk-ami", host: "127.0.0.1", port: own.port, user, secret, site: "branch" },
    });
    await admin.ok("POST", "/devices", {
      mac: "00562b043616",
      model: "cisco/7841-3pcc",
      site: "branch",
      lines: ["9721"],
    });
    const { id } = await throughConnection(admin);
    await until(async () => (await read(admin, id)).lines[0]?.reason).toMatch(/at sites with different PBXs/);
    expect(own.actions).toEqual([]);
  });

  test.each([
    [undefined, "there is no connection to a PBX"],
    ["freeswitch-esl", "FreeSWITCH has no command that changes a user's password"],
    ["kamailio-rpc", "Kamailio has no command that changes a password"],
  ])("is refused in words where the only PBX is %s", async (kind, words) => {
    const admin = await openRotatingOffice();
    if (kind) await connect(admin, {}, kind);
    const { json, status } = await admin.call<ProblemBody>("POST", "/rotations", {
      ...{ select: { all: true }, through: "connection" },
    });
    expect([status, json.code]).toEqual([409, "CONFLICT"]);
    expect(json.detail).toContain(words);
    expect((await admin.ok<{ total: number }>("GET", "/rotations")).total).toBe(0);
  });
});
