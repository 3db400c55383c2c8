import { describe, expect, onTestFinished, test } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import type { Store } from "../../server/domain/ports.ts";
import { createRotations, type RotationParts, type Rotations } from "../../server/office/rotations/rotations.ts";
import { generateSecret } from "../../server/security/secrets.ts";
import type { AdminOffice } from "../support/admin-office.ts";
import { edit } from "../support/office.ts";
import { fetchFile, mac, oldSecret, openRotatingOffice, until } from "../support/rotating-office.ts";

/** What it was told to tell, and a store that can die: from then on nothing is written any more. */
interface Life {
  readonly rotations: Rotations;
  readonly told: (readonly Mac[])[];
  die(): void;
}

function live({ office }: AdminOffice, more: Partial<RotationParts> = {}): Life {
  const told: (readonly Mac[])[] = [];
  let isDead = false;
  const { config } = office.stores;
  // The office has rotations of its own, which would see to these.
  void office.rotations.close();
  const store: Store = {
    ...config,
    transaction: (work) => (isDead ? Promise.reject(new Error("the process ended")) : config.transaction(work)),
  };
  const rotations = createRotations({
    ...{ ...office, store, clock: Date.now, newSecret: generateSecret, log: { warn: () => undefined } },
    tell: async (_organization, macs) => `campaign-${told.push(macs)}`,
    writeSecrets: async (_connection, secrets) => secrets.map(() => ({ result: "written" })),
    ...more,
  });
  onTestFinished(() => rotations.close());
  return { rotations, told, die: () => (isDead = true) };
}

/** Ends a life as soon as a line of it is at a step; the commit of that step is the last. */
function dieAt({ office }: AdminOffice, life: Life, isThere: (target: string) => boolean): void {
  const unwatch = office.stores.config.watch((changes) => {
    for (const { kind, body } of changes) if (kind === "rotation-target" && isThere(JSON.stringify(body))) life.die();
  });
  onTestFinished(unwatch);
}

describe("a rotation whose process ended", () => {
  test.each([
    ["after the PBX's word was taken", (target: string) => target.includes('"state":"written"'), 1],
    ["after the line had its secret", (target: string) => target.includes('"state":"given"'), 1],
    ["after the phones had their revisions", (target: string) => target.includes('"isUntold":true'), 2],
  ])("goes on %s", async (_name, isThere, told) => {
    const admin = await openRotatingOffice();
    const first = live(admin);
    const { id } = await first.rotations.start(edit, { select: { lines: ["9721"] }, through: "export" });
    const secret = (await first.rotations.export(edit, id, "csv")).split("\r\n")[1]?.split(",")[4] ?? "";
    dieAt(admin, first, isThere);
    await first.rotations.confirm(edit, id, undefined);
    await first.rotations.close();

    const second = live(admin);
    await second.rotations.begin();
    await until(() => second.told).toEqual([[mac]]);
    // Whether a phone was told just before the end is not known; it is told again as long as it has not come.
    expect(first.told.length + second.told.length).toBe(told);
    expect(await fetchFile(admin)).toContain(secret);
    await until(async () => (await second.rotations.read("default", id)).state).toBe("done");
    const { items } = await admin.ok<{ items: { action: string; id: string }[] }>("GET", "/audit?limit=100");
    expect(items.filter(({ action }) => action === "line.change")).toHaveLength(1);
  });

  test("does not tell a phone again that came in between", async () => {
    const admin = await openRotatingOffice();
    const first = live(admin);
    const { id } = await first.rotations.start(edit, { select: { lines: ["9721"] }, through: "export" });
    await first.rotations.export(edit, id, "csv");
    dieAt(admin, first, (target) => target.includes('"isUntold":true'));
    await first.rotations.confirm(edit, id, undefined);
    await first.rotations.close();
    await fetchFile(admin);

    const second = live(admin);
    await second.rotations.begin();
    await until(async () => (await second.rotations.read("default", id)).state).toBe("done");
    expect(second.told).toEqual([]);
  });

  test("while phones were on their way sees them come", async () => {
    const admin = await openRotatingOffice();
    const first = live(admin);
    const { id } = await first.rotations.start(edit, { select: { lines: ["9721"] }, through: "export" });
    await first.rotations.export(edit, id, "csv");
    await first.rotations.confirm(edit, id, undefined);
    await until(() => first.told.length).toBe(1);
    await first.rotations.close();

    let looks = 0;
    const { presence } = admin.office;
    const looking: RotationParts["presence"] = {
      ...presence,
      of: (organization, of) => {
        looks += 1;
        return presence.of(organization, of);
      },
    };
    const second = live(admin, { presence: looking });
    await second.rotations.begin();
    // It has looked once and the phone was not there: only its coming can end it now.
    await until(() => looks).toBe(1);
    await fetchFile(admin);
    await until(async () => (await second.rotations.read("default", id)).state).toBe("done");
  });

  test("while it made secrets leaves nothing behind, and the line is free", async () => {
    const admin = await openRotatingOffice();
    let now = Date.now();
    const clock = () => now;
    const first = live(admin, { clock });
    dieAt(admin, first, (target) => target.includes('"state":"waiting"'));
    const request = { select: { all: true }, through: "export" } as const;
    await expect(first.rotations.start(edit, request)).rejects.toThrow("the process ended");
    await first.rotations.close();

    now += 61_000;
    const second = live(admin, { clock });
    await second.rotations.begin();
    expect(await admin.office.stores.config.find({ kind: "rotation-target" })).toEqual([]);
    expect(await second.rotations.list("default")).toEqual([]);
    expect((await second.rotations.start(edit, request)).state).toBe("waiting");
    expect(await fetchFile(admin)).toContain(oldSecret);
  });

  test("while the PBX was told writes the same secret again", async () => {
    const admin = await openRotatingOffice();
    await admin.ok("POST", "/pbx-connections", {
      ...{ kind: "asterisk-ami", host: "127.0.0.1", port: 5038, user: "offhook", secret: "ami-secret" },
    });
    const written: string[] = [];
    const first: Life = live(admin, {
      async writeSecrets(_connection, secrets) {
        written.push(...secrets.map(({ secret }) => secret));
        first.die();
        return secrets.map(() => ({ result: "written" }));
      },
    });
    const { id } = await first.rotations.start(edit, { select: { lines: ["9721"] }, through: "connection" });
    await until(() => written.length).toBe(1);
    await first.rotations.close();
    expect(await fetchFile(admin)).toContain(oldSecret);

    const second = live(admin, {
      async writeSecrets(_connection, secrets) {
        written.push(...secrets.map(({ secret }) => secret));
        return secrets.map(() => ({ result: "written" }));
      },
    });
    await expect(second.rotations.cancel(edit, id)).rejects.toMatchObject({ code: "CONFLICT" });
    await second.rotations.begin();
    await until(() => second.told).toEqual([[mac]]);
    expect(written[1]).toBe(written[0]);
    expect(await fetchFile(admin)).toContain(written[0]);
  });
});
