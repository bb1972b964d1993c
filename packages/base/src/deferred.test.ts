import { expect, it } from "vitest";
import { deferred } from "./deferred.ts";

it("makes something once, when it is asked for first", async () => {
  let made = 0;
  const get = deferred(async () => ({ number: ++made }));
  expect(made).toBe(0);
  const [one, two] = await Promise.all([get(), get()]);
  expect(one).toBe(two);
  expect(await get()).toBe(one);
  expect(made).toBe(1);
});

it("tries again after a failure, which everybody gets who waited", async () => {
  let isBroken = true;
  const get = deferred(async () => {
    if (isBroken) throw new Error("broken");
    return "made";
  });
  const outcomes = await Promise.allSettled([get(), get()]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isBroken = false;
  expect(await get()).toBe("made");
});
