import { expect, onTestFinished, test } from "vitest";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";

test("a delivery that can't be recorded is logged, and the next phone is served", async () => {
  const logged: object[] = [];
  let recorded = (): void => undefined;
  const wasRecorded = new Promise<void>((resolve) => {
    recorded = resolve;
  });
  const phones = createPhoneHttp({
    ...{ host: "127.0.0.1", ports: [0], trustedProxies: [], smallFiles: new SmallFiles() },
    provision: async () => ({
      body: Buffer.from("file"),
      tag: "tag",
      contentType: "text/plain",
      done() {
        recorded();
        throw new Error("no room");
      },
    }),
    log: { warn: (fields) => void logged.push(fields) },
  });
  const { ports } = await phones.listen();
  onTestFinished(() => phones.close());
  const ask = async () => await (await fetch(`http://127.0.0.1:${ports[0]}/a.xml`)).text();
  expect(await ask()).toBe("file");
  await wasRecorded;
  expect(await ask()).toBe("file");
  expect(logged[0]).toMatchObject({ err: { message: "no room" } });
});
