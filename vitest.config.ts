import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * Tests with limits of time, and of how a machine is shared: they have it for themselves, one after the other. The others run
 * before them, as many at a time as there are CPUs.
 */
const alone = [
  "tests/load/**/*.test.ts",
  "tests/adversary/**/*.test.ts",
  "tests/cluster/**/*.test.ts",
  "packages/policy-runtime/**/*.test.ts",
  "packages/policy-evaluation/**/*.test.ts",
  "apps/policy-server/**/*.test.ts",
];
const everything = [
  "packages/**/*.test.ts",
  "apps/**/*.test.ts",
  "policies/**/*.test.ts",
  "tests/**/*.test.ts",
  "tools/**/*.test.ts",
];
const elsewhere = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    pool: "threads",
    isolate: false,
    globalSetup: ["tests/kubernetes/global-setup.ts"],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: everything,
          exclude: [...elsewhere, ...alone],
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: alone,
          exclude: elsewhere,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
