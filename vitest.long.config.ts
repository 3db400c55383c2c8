import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.long.ts"], isolate: false, testTimeout: 900_000, hookTimeout: 120_000 },
});
