import type { BuiltinTable } from "../builtin.ts";
import { castBuiltins } from "./casts.ts";
import { cidrBuiltins } from "./cidrs.ts";
import { graphBuiltins } from "./graphs.ts";
import { numberBuiltins } from "./numbers.ts";
import { subsetBuiltins } from "./object-subset.ts";
import { semverBuiltins } from "./semver.ts";
import { timeBuiltins } from "./times.ts";
import { unitBuiltins } from "./units.ts";
import { uuidBuiltins } from "./uuids.ts";

/** Functions on numbers, times, versions, networks and the structure of values. */
export const valueBuiltins: BuiltinTable = {
  ...castBuiltins,
  ...cidrBuiltins,
  ...graphBuiltins,
  ...numberBuiltins,
  ...semverBuiltins,
  ...subsetBuiltins,
  ...timeBuiltins,
  ...unitBuiltins,
  ...uuidBuiltins,
};
