import { defineConfig } from "vitest/config";

// No module of Offhook holds mutable state, so isolation would only cost time. Both cores of a small machine work: left to
// itself, vitest keeps one of two free.
export default defineConfig({
  test: { include: ["test/**/*.test.ts"], isolate: false, maxWorkers: 2, testTimeout: 20_000, hookTimeout: 60_000 },
});
