import { expect, onTestFinished, test } from "vitest";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { reportUpload } from "../../server/http/phones/report-upload.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

const mac = "00562b043615";

interface Drift {
  readonly at: string | null;
  readonly compared: number;
  readonly parameters: readonly { readonly name: string; readonly given: string; readonly reported: string }[];
}

/** An office with a phone that has its file, and the listener that phones reach. */
async function openOffice(): Promise<AdminOffice & { send(body: string, path?: string): Promise<number> }> {
  const admin = await openAdminOffice();
  onTestFinished(() => admin.close());
  admin.office.advertised.base = "http://prov.example.com";
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "line-secret" });
  await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"] });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  const { provision } = admin;
  const phones = createPhoneHttp({
    ...{ host: "127.0.0.1", ports: [0], trustedProxies: [], provision, smallFiles: new SmallFiles() },
    uploads: [reportUpload(admin.office.reports)],
    log: { warn: () => undefined },
  });
  const { ports } = await phones.listen();
  onTestFinished(() => phones.close());
  const send = async (body: string, path = `/report/${mac}.xml`) =>
    (await fetch(`http://127.0.0.1:${ports[0]}${path}`, { method: "POST", body })).status;
  return { ...admin, send };
}

async function fetchFile({ provision }: AdminOffice, address = "127.0.0.1"): Promise<string> {
  const reply = await provision({ via: "http", path: `/${mac}.xml`, address });
  reply.done({ completed: true, bytes: 1 });
  return "body" in reply ? reply.body.toString() : "";
}

const driftOf = (admin: AdminOffice) => admin.ok<Drift>("GET", `/devices/${mac}/drift`);

test("a phone is told where to tell what it has set, and what it was given is no drift", async () => {
  const admin = await openOffice();
  const file = await fetchFile(admin);
  expect(file).toContain(`<Report_Rule>http://prov.example.com/report/${mac}.xml</Report_Rule>`);
  const reason = expect.stringContaining("it has told nothing since it has what it should have");
  expect(await driftOf(admin)).toEqual({ at: null, reason, compared: 0, parameters: [] });
  expect(await admin.send(file)).toBe(200);
  const { at, compared, parameters } = await driftOf(admin);
  expect(parameters).toEqual([]);
  expect(compared).toBeGreaterThan(100);
  expect(at).not.toBeNull();
});

test("what somebody changed on the phone is shown by parameter, and can be taken over", async () => {
  const admin = await openOffice();
  await fetchFile(admin);
  await admin.send("<flat-profile><Station_Display_Name> My desk\n</Station_Display_Name></flat-profile>");
  expect((await driftOf(admin)).parameters).toEqual([
    { name: "Station_Display_Name", given: expect.any(String), reported: "My desk" },
  ]);

  const refused = await admin.call<ProblemBody>("POST", `/devices/${mac}/drift/take-over`, { names: ["Time_Zone"] });
  expect([refused.status, refused.json.detail]).toEqual([409, 'the phone told of no difference in "Time_Zone"']);
  const taken = await admin.ok<{ raw: object }>("POST", `/devices/${mac}/drift/take-over`, {});
  expect(taken.raw).toEqual({ Station_Display_Name: "My desk" });
  expect(await fetchFile(admin)).toContain("<Station_Display_Name>My desk</Station_Display_Name>");
  // It has another revision now, and has not told since.
  expect((await driftOf(admin)).at).toBeNull();
});

test("the firmware that a report names is shown, also when the phone does not have its latest file", async () => {
  const admin = await openOffice();
  await fetchFile(admin);
  const firmware = async () => (await admin.ok<{ firmware?: string }>("GET", `/devices/${mac}`)).firmware;
  const tell = (version: string) =>
    admin.send(`<flat-profile><Software_Version>${version}</Software_Version></flat-profile>`);
  expect(await firmware()).toBeUndefined();
  await tell("sip88xx.11-0-1MPP-312");
  expect(await firmware()).toBe("sip88xx.11-0-1MPP-312");
  await admin.ok("PATCH", `/devices/${mac}`, { settings: { "time.ntp": "10.0.0.1" } });
  await tell("sip88xx.11-3-2MPP0001-609");
  expect(await firmware()).toBe("sip88xx.11-3-2MPP0001-609");
  await tell("no version at all");
  expect(await firmware()).toBe("sip88xx.11-3-2MPP0001-609");
});

test("secrets and rules of a report are dropped", async () => {
  const admin = await openOffice();
  await fetchFile(admin);
  await admin.send(
    "<flat-profile><Password_1_>by-hand</Password_1_><Profile_Rule>[--key k]http://other/</Profile_Rule></flat-profile>",
  );
  expect((await driftOf(admin)).parameters).toEqual([]);
  const kept = await admin.office.stores.presence.find({ kind: "report" });
  expect(JSON.stringify(kept)).not.toMatch(/by-hand|--key/);
});

test.each([
  ["no XML", "password=1", 400],
  ["another document", "<device/>", 400],
  ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><flat-profile>&x;</flat-profile>', 400],
  ["elements without end", `<flat-profile>${"<a>".repeat(50)}`, 400],
  ["more than a megabyte", `<flat-profile><a>${"x".repeat(1024 * 1024)}</a></flat-profile>`, 413],
] as const)("a report that is %s is refused and kept nowhere", async (_what, body, status) => {
  const admin = await openOffice();
  await fetchFile(admin);
  expect(await admin.send(body)).toBe(status);
  expect((await driftOf(admin)).at).toBeNull();
});

test("a report from outside of the network that the phone is pinned to is refused and kept nowhere", async () => {
  const admin = await openOffice();
  await fetchFile(admin, "10.0.0.5");
  expect(await admin.send("<flat-profile><Time_Zone>GMT</Time_Zone></flat-profile>")).toBe(403);
  expect(await admin.office.stores.presence.find({ kind: "report" })).toEqual([]);
});

test("an unknown phone and one that never had its file are told the same, and both are in the journal", async () => {
  const admin = await openOffice();
  const body = "<flat-profile><Time_Zone>GMT</Time_Zone></flat-profile>";
  expect(await admin.send(body)).toBe(403);
  expect(await admin.send(body, "/report/00562b0436ff.xml")).toBe(403);
  const { items } = await admin.ok<{ items: { name: string; outcome: string }[] }>("GET", "/exchanges");
  expect(items.map(({ name, outcome }) => [name, outcome])).toEqual([
    ["/report/00562b0436ff.xml", "NOT_PROVEN"],
    [`/report/${mac}.xml`, "NOT_PROVEN"],
  ]);
});

test("nothing else can be sent to the phones' listener", async () => {
  const admin = await openOffice();
  expect(await admin.send("x", `/${mac}.xml`)).toBe(405);
  expect(await admin.send("x", "/report/zz.xml")).toBe(405);
});
