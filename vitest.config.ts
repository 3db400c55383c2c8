import { defineConfig } from "vitest/config";

// One process for all files: no module of Offhook holds mutable state, so isolation would only cost time.
export default defineConfig({
  test: { include: ["test/**/*.test.ts"], isolate: false, testTimeout: 20_000, hookTimeout: 60_000 },
});
