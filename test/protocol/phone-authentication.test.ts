import { describe, expect, it, onTestFinished } from "vitest";
import { Failure } from "../../server/domain/failures.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { authenticationUpload } from "../../server/http/phones/authentication.ts";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { createOneTimeLogins } from "../../server/security/one-time-logins.ts";

const mac = "00562b043615" as Mac;

async function openPhones() {
  const logins = createOneTimeLogins({ masterKey: Buffer.alloc(32, 7), clock: Date.now });
  const provisioned: string[] = [];
  const phones = createPhoneHttp({
    host: "127.0.0.1",
    ports: [0],
    trustedProxies: [],
    smallFiles: new SmallFiles(),
    uploads: [authenticationUpload(logins)],
    log: { warn: () => {} },
    provision: async ({ path }) => {
      provisioned.push(path);
      throw new Failure("UNKNOWN_FILE");
    },
  });
  onTestFinished(() => phones.close());
  const { ports } = await phones.listen();
  const { user, password } = logins.issue({ mac, address: "127.0.0.1" });
  const form = new URLSearchParams({ UserID: user, Password: password, devicename: "SEP00562B043615" });
  return { url: `http://127.0.0.1:${ports[0]}/authentication`, form, provisioned };
}

describe("the address that phones ask whether they may obey", () => {
  it.each<[string, (url: string, form: URLSearchParams) => Promise<Response>]>([
    ["by a query", (url, form) => fetch(`${url}?${form}`)],
    ["by a form", (url, form) => fetch(url, { method: "POST", body: form })],
  ])("answers the word alone, once, and without a trace in the journal: %s", async (_what, ask) => {
    const { url, form, provisioned } = await openPhones();
    const first = await ask(url, form);
    expect([first.status, first.headers.get("content-type"), await first.text()]).toEqual([
      200,
      "text/plain",
      "AUTHORIZED",
    ]);
    expect(await (await ask(url, form)).text()).toBe("UN-AUTHORIZED");
    expect(provisioned).toEqual([]);
  });

  it("tells nobody more than no", async () => {
    const { url } = await openPhones();
    const asked = [
      url,
      `${url}?UserID=admin&Password=admin&devicename=SEP00562B043615`,
      `${url}?UserID=%ff&Password=%00&devicename=SEP`,
    ];
    for (const each of asked) expect(await (await fetch(each)).text()).toBe("UN-AUTHORIZED");
    const long = await fetch(url, { method: "POST", body: "x".repeat(4097) });
    expect(long.status).toBe(413);
  });
});
