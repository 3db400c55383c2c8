import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createShelf } from "../../server/firmware/shelf.ts";
import { confine } from "../../server/lib/confine.ts";
import { createBearerCheck } from "../../server/security/bearer.ts";
import { keptSecret, loadMasterKey } from "../../server/security/master-key.ts";
import { createSealer } from "../../server/security/sealer.ts";
import { generateSecret } from "../../server/security/secrets.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("the master key", () => {
  it("is made once, with mode 0600, and read again", async () => {
    const dataFolder = await temporaryFolder();
    const first = loadMasterKey({ dataFolder });
    expect(first).toHaveLength(32);
    expect(loadMasterKey({ dataFolder })).toEqual(first);
    expect((await stat(join(dataFolder, "master.key"))).mode & 0o777).toBe(0o600);
  });

  it("is refused when others can read it, and when it is not 32 bytes", async () => {
    const dataFolder = await temporaryFolder();
    loadMasterKey({ dataFolder });
    await chmod(join(dataFolder, "master.key"), 0o644);
    expect(() => loadMasterKey({ dataFolder })).toThrow(/chmod 600/);
    expect(() => loadMasterKey({ given: "abc", dataFolder })).toThrow(/32 bytes/);
    expect(loadMasterKey({ given: "00".repeat(32), dataFolder })).toEqual(Buffer.alloc(32));
  });
});

describe("the token", () => {
  it("is refused when its file is empty, and nobody gets in with no token at all", async () => {
    const path = join(await temporaryFolder(), "api.token");
    await writeFile(path, "", { mode: 0o600 });
    expect(() => keptSecret(path, (text) => text, 24)).toThrow(/damaged/);
    expect(() => createBearerCheck("")).toThrow(/16 characters/);
  });
});

describe("a sealed secret", () => {
  const sealer = createSealer(randomBytes(32));

  it("opens where it was sealed, and looks different each time", () => {
    const sealed = sealer.seal("geheim ✓", "default/line/1/secret");
    expect(sealer.open(sealed, "default/line/1/secret")).toBe("geheim ✓");
    expect(sealer.seal("geheim ✓", "default/line/1/secret")).not.toBe(sealed);
    expect(sealed).not.toContain("geheim");
  });

  it("opens nowhere else, with no other key, and not when it was changed", () => {
    const sealed = sealer.seal("x", "here");
    expect(() => sealer.open(sealed, "there")).toThrow();
    expect(() => createSealer(randomBytes(32)).open(sealed, "here")).toThrow();
    expect(() => sealer.open(`${sealed.slice(0, -4)}AAA=`, "here")).toThrow();
    expect(() => sealer.open("plain", "here")).toThrow(/not sealed/);
  });
});

describe("a fingerprint", () => {
  it("is the same for the same text and key, and tells nothing without the key", () => {
    const key = randomBytes(32);
    const { fingerprint } = createSealer(key);
    expect(fingerprint("1234")).toMatch(/^[0-9a-f]{64}$/);
    expect(createSealer(key).fingerprint("1234")).toBe(fingerprint("1234"));
    expect(fingerprint("1235")).not.toBe(fingerprint("1234"));
    expect(createSealer(randomBytes(32)).fingerprint("1234")).not.toBe(fingerprint("1234"));
  });
});

describe("a generated secret", () => {
  it("has 24 characters that every family carries", () => {
    for (let count = 0; count < 100; count++) expect(generateSecret()).toMatch(/^[A-HJ-NP-Za-km-z2-9]{24}$/);
    expect(generateSecret()).not.toBe(generateSecret());
  });
});

describe("a bearer token", () => {
  const check = createBearerCheck("a-token-of-some-length");
  it.each([
    ["Bearer a-token-of-some-length", true],
    ["bearer a-token-of-some-length", true],
    ["Bearer a-token-of-some-lengtH", false],
    ["Bearer ", false],
    ["Basic a-token-of-some-length", false],
    [undefined, false],
  ])("%j lets in: %s", (header, isIn) => {
    expect(check(header) !== undefined).toBe(isIn);
  });
});

describe("confinement", () => {
  it.each([
    ["a.bin", true],
    ["a/b.bin", true],
    ["a/../b.bin", true],
    ["..", false],
    ["../other/x", false],
    ["a/../../x", false],
    ["/etc/passwd", false],
    ["a\\..\\..\\x", false],
    ["a\0b", false],
    [".", false],
    ["", false],
  ])("of %j stays inside: %s", (name, isInside) => {
    expect(confine("/srv/shelf", name) !== undefined).toBe(isInside);
  });

  it("does not take a folder beside it for itself", () => {
    expect(confine("/srv/shelf", "../shelf-old/x")).toBeUndefined();
  });
});

describe("the shelf", () => {
  it("finds files by path and by name in any case, but not what links out of it", async () => {
    const root = await temporaryFolder();
    await mkdir(join(root, "cisco"));
    await writeFile(join(root, "cisco", "Sip88xx.loads"), "\0\0sip88xx.sbn\0kern88xx.sbn\0");
    await writeFile(join(root, "cisco", "sip88xx.sbn"), "x");
    await symlink("/etc/passwd", join(root, "passwd"));
    const shelf = await createShelf(root);
    expect(shelf.find("cisco/sip88xx.LOADS")?.size).toBe(27);
    expect(shelf.find("SIP88XX.loads")?.name).toBe("cisco/Sip88xx.loads");
    expect(shelf.find("passwd")).toBeUndefined();
    expect(shelf.find("elsewhere/sip88xx.sbn")).toBeUndefined();
    await mkdir(join(root, ".git"));
    await writeFile(join(root, ".git", "config"), "x");
    await shelf.refresh();
    expect(shelf.find(".git/config") ?? shelf.find("config")).toBeUndefined();
    expect(shelf.missing("sip88xx", ".loads")).toEqual(["kern88xx.sbn"]);
    expect(shelf.missing("other", ".loads")).toEqual(["other.loads"]);
    await writeFile(join(root, "kern88xx.sbn"), "x");
    expect(await shelf.refresh()).toBe(true);
    expect(await shelf.refresh()).toBe(false);
    expect(shelf.missing("sip88xx", ".loads")).toEqual([]);
    expect(await readFile(shelf.find("kern88xx.sbn")?.path ?? "", "utf8")).toBe("x");
  });

  it("is empty where there is no folder", async () => {
    expect((await createShelf(join(await temporaryFolder(), "none"))).files).toEqual([]);
  });
});
