import type { CreatePushTransport } from "../../domain/push.ts";

/** Nothing to send: the phone comes by itself, when it boots and at its own intervals. */
const wait: CreatePushTransport = () => ({
  name: "wait",
  objection: () => undefined,
  send: async () => ({ result: "waiting", detail: "nothing is sent; the phone comes by itself" }),
  close: async () => undefined,
});

export default wait;
