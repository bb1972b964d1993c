import { RegoError } from "../../errors.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";

/** The compiler puts the annotations in place of each call; one that is left over fails in OPA too. */
const onlyCompiled =
  (name: string): Builtin =>
  () => {
    throw new RegoError(`${name} is only known to the compiler`, { code: "REGO_EVALUATION_FAILED" });
  };

export const metadataBuiltins: BuiltinTable = {
  "rego.metadata.chain": onlyCompiled("rego.metadata.chain"),
  "rego.metadata.rule": onlyCompiled("rego.metadata.rule"),
};
