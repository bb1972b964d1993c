import { accept, definePolicy, partIn, partOf, rejectUnreadable } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const annotation = "kubewarden.sleep_duration_milliseconds";

export const policy = definePolicy({
  settings: v.object({
    sleepMilliseconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  }),
  check: ({ sleepMilliseconds }) =>
    sleepMilliseconds > 0 ? undefined : "sleep_milliseconds must be set and be major than 0",
  validate: ({ object }, { sleepMilliseconds }) =>
    rejectUnreadable(() => {
      const annotations = partIn(partIn(partOf(object), "metadata"), "annotations");
      const value = annotations?.fields[annotation];
      keepBusy(typeof value === "string" ? readDuration(value) : sleepMilliseconds);
      return accept();
    }),
});

function readDuration(text: string): number {
  if (text === "") throw new Error("cannot parse integer from empty string");
  if (!/^\+?\d+$/.test(text)) throw new Error("invalid digit found in string");
  return Number(text);
}

/** A policy has nothing to wait for, so it looks at the clock until it is time. */
function keepBusy(durationMs: number): void {
  const end = Date.now() + durationMs;
  while (Date.now() < end);
}
