import { expect, it } from "vitest";
import { ServiceTimes } from "./service-times.ts";

it("expects what was seen lately, and a little for what surrounds it", () => {
  const times = new ServiceTimes();
  times.observe(1, 5);
  expect(times.expectedMs(1)).toBeCloseTo(5.05);
  for (let count = 0; count < 100; count++) times.observe(1, 1);
  expect(times.expectedMs(1)).toBeCloseTo(1.05, 1);
});

it("is not carried away by one evaluation", () => {
  const times = new ServiceTimes();
  times.observe(1, 1);
  times.observe(1, 100);
  expect(times.expectedMs(1)).toBeLessThan(10);
});

it("expects nothing of a policy that nothing is known of", () => {
  const times = new ServiceTimes();
  times.observe(1, 5);
  times.forget(1);
  expect([times.expectedMs(1), times.expectedMs(2)]).toEqual([undefined, undefined]);
  expect([times.costMs(1), times.costMs(2)]).toEqual([1, 1]);
});
