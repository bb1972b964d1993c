import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "threads",
    isolate: false,
    include: [
      "packages/**/*.test.ts",
      "apps/**/*.test.ts",
      "policies/**/*.test.ts",
      "tests/**/*.test.ts",
      "tools/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**"],
    globalSetup: ["tests/kubernetes/global-setup.ts"],
    testTimeout: 20_000,
    hookTimeout: 120_000,
  },
});
