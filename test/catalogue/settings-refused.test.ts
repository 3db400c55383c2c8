import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { Failure } from "../../server/domain/failures.ts";
import type { DeviceChange } from "../../server/office/devices/devices.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { addLines } from "./settings/reading.ts";

let office: Office;
let count = 0;

beforeAll(async () => {
  office = await openTestOffice();
  await addLines(office);
});
afterAll(() => office.close());

async function refused(change: DeviceChange): Promise<readonly (readonly [string, string])[]> {
  const mac = `00562c${(++count).toString(16).padStart(6, "0")}`;
  try {
    await office.devices.add(edit, mac, { lines: ["9721"], ...change });
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(await office.stores.config.holder(`mac:${mac}`)).toBeUndefined();
    return error.errors.map(({ pointer, detail }) => [pointer, detail]);
  }
}

describe.each(["cisco/8851-3pcc", "cisco/9861"])("a %s is refused", (model) => {
  it.each([
    ["a language that it has no texts in", { "phone.language": "et" }, "/settings/phone.language", /not et$/],
    [
      "a soft key that this state does not have, which would make it ignore the list",
      { "softkeys.connected": ["hold", "answer"] },
      "/settings/softkeys.connected",
      /^can't hold answer/,
    ],
    [
      "a soft key that it does not have at all",
      { "softkeys.idle": ["missed"] },
      "/settings/softkeys.idle",
      /^can't hold missed/,
    ],
    [
      "a password in blanks, which it would drop",
      { "ldap.password": " secret" },
      "/settings/ldap.password",
      /^begins or ends with a blank/,
    ],
  ])("%s", async (_, settings, pointer, says) => {
    expect(await refused({ model, settings })).toEqual([[pointer, expect.stringMatching(says)]]);
  });

  it.each([
    ["a forward key with a target", { type: "forward", target: { number: "9800" } }, /^has no target on this phone/],
    ["a message key without one", { type: "mwi" }, /^needs a target on this phone/],
  ] as const)("%s", async (_, key, says) => {
    const keys = [{ position: 2, ...key }];
    expect(await refused({ model, keys })).toEqual([["/keys/0/type", expect.stringMatching(says)]]);
  });
});

it.each([
  [{ "call.appearances": 1 }, "/settings/call.appearances", /not 1$/],
  [{ "display.brightness": 3 }, "/settings/display.brightness", /not 3$/],
  [
    { "paging.groups": [{ address: "239.0.0.1", port: 5000, name: "a;num=1" }] },
    "/settings/paging.groups",
    /^can't hold ; on this phone: a;num=1$/,
  ],
])("a multiplatform phone is refused %j, which it would not understand", async (settings, pointer, says) => {
  expect(await refused({ model: "cisco/8851-3pcc", settings })).toEqual([[pointer, expect.stringMatching(says)]]);
});
