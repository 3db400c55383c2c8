import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, everything, macOf, type Report } from "../support/admin-phones.ts";

let admin: AdminOffice;
const mpp = macOf(1);
const enterprise = macOf(2);
const away = macOf(3);

interface Tried {
  readonly settings: Json;
  readonly version: number;
  readonly wouldChange: Report;
}

beforeAll(async () => {
  admin = await openAdminOffice();
  await addLines(admin, ["201", "202"]);
  await admin.ok("POST", "/sites", { id: "away", settings: { "time.zone": "Europe/Athens" } });
  await admin.ok("POST", "/presets", { id: "lobby" });
  await admin.ok("POST", "/devices", { mac: mpp, model: "cisco/8851-3pcc", preset: "lobby", lines: ["201"] });
  await admin.ok("POST", "/devices", { mac: enterprise, model: "cisco/8851" });
  await admin.ok("POST", "/devices", { mac: away, model: "cisco/9861", site: "away", lines: ["202"] });
});
afterAll(() => admin.close());

const zone = (name: string) => ({ settings: { "time.zone": name } });
const changed = ({ phones }: Report) => phones.filter(({ changes }) => changes).map(({ mac }) => mac);

describe("a change of a layer that is only tried", () => {
  test.each([
    ["/organizations/default/settings", zone("Europe/Zagreb"), [mpp, enterprise], 3],
    ["/sites/main", zone("Europe/Zagreb"), [mpp, enterprise], 2],
    ["/sites/main", zone("UTC"), [], 2],
    ["/sites/away", zone("Europe/Zagreb"), [away], 1],
    ["/presets/lobby", zone("Europe/Zagreb"), [mpp], 1],
    ["/presets/lobby", { settings: {}, raw: { "cisco/mpp": { GPP_A: "x" } } }, [mpp], 1],
    ["/presets/lobby", { settings: {}, raw: { "cisco/spa": { GPP_A: "x" } } }, [], 1],
  ])("of %s to %j says which phones change, and changes nothing", async (path, body, macs, selected) => {
    const before = await everything(admin);
    const version = (await admin.ok<Tried>("GET", path)).version;
    const tried = await admin.ok<Tried>("PATCH", `${path}?dryRun=true`, body);
    expect(tried).toMatchObject({ version, settings: body.settings });
    expect(tried.wouldChange.totals).toMatchObject({ selected, changed: macs.length, refused: 0 });
    expect(changed(tried.wouldChange)).toEqual(macs);
    expect(await everything(admin)).toEqual(before);
  });

  test("comes true when it is made", async () => {
    const tried = await admin.ok<Tried>("PATCH", "/sites/main?dryRun=true", zone("Europe/Prague"));
    const made = await admin.ok("PATCH", "/sites/main", zone("Europe/Prague"));
    expect(made).not.toHaveProperty("wouldChange");
    for (const mac of [mpp, enterprise, away]) {
      const n = changed(tried.wouldChange).includes(mac) ? 2 : 1;
      expect(await admin.ok("GET", `/devices/${mac}`)).toMatchObject({ revision: { n } });
    }
    expect(tried.wouldChange.phones.find((phone) => phone.mac === mpp)?.parameters).toContain("Time_Zone");
  });

  test("fails as the change itself would", async () => {
    const stale = await admin.call("PATCH", "/sites/main?dryRun=true", zone("UTC"), { "if-match": '"1"' });
    expect(stale.status).toBe(412);
    const wrong = await admin.call<ProblemBody>("PATCH", "/sites/main?dryRun=true", zone("Mars/Base"));
    expect(wrong.json.errors).toMatchObject([{ pointer: "/settings/time.zone" }]);
    const taken = { settings: { "phone.emergencyNumbers": ["20"] } };
    const emergency = await admin.call<ProblemBody>("PATCH", "/sites/main?dryRun=true", taken);
    expect(emergency.json.errors).toMatchObject([{ pointer: "/settings/phone.emergencyNumbers" }]);
    expect((await admin.call("PATCH", "/sites/nowhere?dryRun=true", zone("UTC"))).status).toBe(404);
  });

  test("never shows a secret", async () => {
    const secret = "MARKER-7f3a";
    const body = { settings: { "phone.adminPassword": `${secret}-admin` }, raw: { "cisco/mpp": { GPP_SA: secret } } };
    const { status, text, json } = await admin.call<Tried>("PATCH", "/sites/main?dryRun=true", body);
    expect([status, text.includes(secret), text.includes("sealed:")]).toEqual([200, false, false]);
    expect(json.wouldChange.phones[0]?.parameters).toEqual(expect.arrayContaining(["Admin_Password", "GPP_SA"]));
  });
});

describe("raw values of a layer", () => {
  const parameter = async (mac: string, name: string) => {
    const { parameters } = await admin.ok<{ parameters: Json[] }>("GET", `/devices/${mac}/parameters`);
    return parameters.find((each) => each["name"] === name)?.["value"];
  };

  test("reach the phones of their family, the later layer wins, and the device has the last word", async () => {
    const steps = [
      ["/organizations/default/settings", { settings: {}, raw: { "cisco/mpp": { GPP_B: "organization" } } }],
      ["/sites/main", { raw: { "cisco/mpp": { GPP_B: "site" } } }],
      ["/presets/lobby", { raw: { "cisco/mpp": { GPP_B: "preset" } } }],
      [`/devices/${mpp}`, { raw: { GPP_B: "device" } }],
    ] as const;
    for (const [path, body] of steps) {
      await admin.ok("PATCH", path, body);
      const [value] = Object.values((body.raw as Json)["cisco/mpp"] ?? body.raw);
      expect(await parameter(mpp, "GPP_B")).toBe(value);
    }
    expect(await admin.ok("GET", `/devices/${mpp}`)).toMatchObject({ revision: { n: 6 } });
    expect(await parameter(enterprise, "GPP_B")).toBeUndefined();
    await admin.ok("PATCH", `/devices/${mpp}`, { raw: { GPP_B: null } });
    await admin.ok("PATCH", "/presets/lobby", { raw: { "cisco/mpp": { GPP_B: null } } });
    expect(await parameter(mpp, "GPP_B")).toBe("site");
    expect((await admin.ok("PATCH", "/sites/main", { raw: { "cisco/mpp": null } }))["raw"]).toEqual({});
    expect(await parameter(mpp, "GPP_B")).toBe("organization");
  });

  test("are sealed where their name is secret, masked in answers, and open on the phone", async () => {
    const secret = "MARKER-7f3a-raw";
    const raw = { "cisco/mpp": { GPP_SA: secret, GPP_C: "open" } };
    const answer = await admin.ok("PATCH", "/sites/main", { raw });
    expect(answer["raw"]).toEqual({ "cisco/mpp": { GPP_SA: "********", GPP_C: "open" } });
    expect(await admin.ok("GET", "/sites/main")).toMatchObject({ raw: answer["raw"] });
    expect(JSON.stringify(await admin.documents())).not.toContain(secret);
    await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 5 });
    const reply = await admin.provision({ via: "http", path: `/${mpp}.xml`, address: "10.0.0.1" });
    expect(String("body" in reply && reply.body)).toContain(`>${secret}<`);
  });

  test.each([
    [{ "cisco/nothing": { A: "x" } }, "/raw/cisco~1nothing", "unknown-family"],
    [{ "cisco/mpp": { Station_Nam: "x" } }, "/raw/cisco~1mpp/Station_Nam", "unknown-parameter"],
    [{ "cisco/mpp": { Profile_Rule: "x" } }, "/raw/cisco~1mpp/Profile_Rule", "owned"],
    [{ "cisco/mpp": { "A><B": "x" } }, "/raw/cisco~1mpp/A><B", "form"],
    [{ "cisco/mpp": { GPP_A: 1 } }, "/raw/cisco~1mpp/GPP_A", "type"],
  ])("%j are refused", async (raw, pointer, code) => {
    const before = await everything(admin);
    for (const [method, path] of [
      ["POST", "/sites"],
      ["PATCH", "/presets/lobby"],
      ["PATCH", "/presets/lobby?dryRun=true"],
    ] as const) {
      const { status, json } = await admin.call<ProblemBody>(method, path, { raw });
      expect([status, json.errors.map((each) => `${each.pointer} ${each.code}`)]).toMatchObject([
        422,
        expect.arrayContaining([`${pointer} ${code}`]),
      ]);
    }
    expect(await everything(admin)).toEqual(before);
  });

  test("with a name that nobody knows pass by force", async () => {
    const raw = { "cisco/mpp": { Future_Option: "x" } };
    expect((await admin.call("PATCH", "/presets/lobby", { raw })).status).toBe(422);
    expect((await admin.call("PATCH", "/presets/lobby?force=true", { raw })).status).toBe(200);
    expect(await parameter(mpp, "Future_Option")).toBe("********");
  });
});
