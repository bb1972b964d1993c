import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { policy } from "../../fixtures/deeds.ts";
import { loadSettings } from "./load-settings.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

it("loadSettings finds the schema of a policy", async () => {
  expect(await loadSettings(path("../../fixtures/deeds.ts"))).toBe(policy.settings);
});

it.each([
  ["../errors.ts", /errors\.ts: exports no policy whose settings are a Valibot schema/],
  ["missing.ts", /missing\.ts: cannot be loaded: /],
])("loadSettings refuses %s", async (name, message) => {
  await expect(loadSettings(path(name))).rejects.toThrow(message);
});
