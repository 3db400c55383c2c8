import { defineConfig } from "vitest/config";

// Floods, crowds, power cuts and an afternoon of ten minutes: they take long and want a machine of their own.
export default defineConfig({
  test: {
    include: ["test/**/*.hard.ts"],
    isolate: false,
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
