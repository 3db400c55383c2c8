import Type from "typebox";
import type { AdminParts, AdminServer } from "./parts.ts";

const Server = Type.Object({
  version: Type.String(),
  node: Type.String(),
  started: Type.String(),
  uptime: Type.Integer({ description: "seconds" }),
  host: Type.String(),
  ports: Type.Object({ tftp: Type.Integer(), phoneHttp: Type.Array(Type.Integer()), admin: Type.Integer() }),
  warnings: Type.Array(Type.String()),
  store: Type.String(),
});

export function serverRoutes(server: AdminServer, { clock, port, serverInfo, version }: AdminParts): void {
  const schema = { tags: ["server"], summary: "This process", response: { 200: Server } };
  server.get("/server", { schema }, () => {
    const { host, phoneHttp, started, store, tftp, warnings } = serverInfo();
    const address = server.server.address();
    const admin = address === null || typeof address === "string" ? port : address.port;
    return {
      version,
      node: process.version,
      started,
      uptime: Math.max(0, Math.round((clock() - Date.parse(started)) / 1000)),
      host,
      ports: { tftp, phoneHttp: [...phoneHttp], admin },
      warnings: [...warnings],
      store,
    };
  });
}
