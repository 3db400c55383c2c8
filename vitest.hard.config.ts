import { defineConfig } from "vitest/config";

// Floods, crowds and power cuts that take minutes and want a machine of their own.
export default defineConfig({
  test: {
    include: ["test/**/*.hard.ts"],
    isolate: false,
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
