import * as v from "valibot";
import { expect, it } from "vitest";
import { fieldsOf } from "./schema-fields.ts";

const Member = v.strictObject({
  module: v.pipe(v.string(), v.nonEmpty()),
  tags: v.nullish(v.array(v.string()), []),
});
const Entry = v.object({
  module: v.string(),
  mode: v.optional(v.picklist(["protect", "monitor"]), "protect"),
  settings: v.optional(v.record(v.string(), v.unknown()), {}),
  policies: v.optional(v.record(v.string(), Member)),
});

it("style 2: every config field of a schema is listed, with its type and what holds without it", () => {
  expect(fieldsOf(Entry)).toEqual([
    { path: "module", type: "string", absent: "required" },
    { path: "mode", type: "`protect` or `monitor`", absent: '`"protect"`' },
    { path: "settings", type: "map to anything", absent: "`{}`" },
    { path: "policies", type: "map to object", absent: "" },
    { path: "policies.<name>.module", type: "string", absent: "required" },
    { path: "policies.<name>.tags", type: "list of string or null", absent: "`[]`" },
  ]);
});

it("lists the fields of every kind of a union once", () => {
  const Authority = v.variant("type", [
    v.object({ type: v.literal("Path"), path: v.string() }),
    v.object({ type: v.literal("Data"), data: v.string() }),
  ]);
  const fields = fieldsOf(v.object({ authorities: v.array(Authority) }));
  expect(fields.map(({ path }) => path)).toEqual([
    "authorities",
    "authorities[].type",
    "authorities[].path",
    "authorities[].data",
  ]);
});
