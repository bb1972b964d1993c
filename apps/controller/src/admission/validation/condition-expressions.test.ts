import { setImmediate } from "node:timers/promises";
import { createSemaphore } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import { fakeLookUp } from "../testing/fake-look-up.ts";
import * as make from "../testing/objects.ts";
import { mistakes } from "../testing/validated.ts";

const condition = { name: "a", expression: "true" };

describe("what the check of conditions costs the API server", () => {
  it("asks about few of many conditions one by one, and refuses none the less", async () => {
    const lookUp = fakeLookUp();
    const conditions = Array.from({ length: 64 }, (_each, at) => ({
      name: `c${at}`,
      expression: at < 3 ? "true" : `bad ${at}`,
    }));
    const found = await mistakes(make.policy({ matchConditions: conditions }), { lookUp });
    expect(found.map((text) => text.split(":", 1)[0])).toEqual(
      [3, 4, 5, 6, 7, 8, 9, 10].map((at) => `spec.matchConditions[${at}].expression`),
    );
    expect(lookUp.checked).toHaveLength(9);
  });

  it("refuses what an expression that names other conditions would hide", async () => {
    const names = Array.from({ length: 8 }, (_each, at) => `matchConditions[${at}].expression: `).join("");
    const conditions = [
      ...Array.from({ length: 9 }, (_each, at) => ({ name: `c${at}`, expression: "true" })),
      { name: "hostile", expression: `bad // ${names}` },
    ];
    const [first, ...others] = await mistakes(make.policy({ matchConditions: conditions }));
    expect(first).toContain("the API server could not check it");
    expect(others).toEqual([]);
  });

  it("waits for others' dry runs, and refuses when its time is over first", async () => {
    const dryRuns = createSemaphore(1);
    using _taken = await dryRuns.acquire();
    const ending = new AbortController();
    const lookUp = { ...fakeLookUp(), dryRuns, signal: ending.signal };
    const found = mistakes(make.policy({ matchConditions: [condition] }), { lookUp });
    ending.abort(new Error("the time is over"));
    expect(await found).toEqual([
      "spec.matchConditions[0].expression: Internal error: the API server could not check it: the time is over",
    ]);
    expect(lookUp.checked).toEqual([]);
  });

  it("has no more dry runs going on than all reviews may have", async () => {
    const lookUp = fakeLookUp();
    const [dryRuns, going] = [createSemaphore(2), { now: 0, most: 0 }];
    const create: typeof lookUp.objects.create = async (...args) => {
      going.most = Math.max(going.most, ++going.now);
      await setImmediate();
      going.now--;
      return lookUp.objects.create(...args);
    };
    const limited = { ...lookUp, dryRuns, objects: { ...lookUp.objects, create } };
    const reviews = Array.from({ length: 6 }, () =>
      mistakes(make.policy({ matchConditions: [condition] }), { lookUp: limited }),
    );
    expect((await Promise.all(reviews)).flat()).toEqual([]);
    expect(going.most).toBe(2);
  });
});
