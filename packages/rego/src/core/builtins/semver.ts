import { BuiltinError } from "../../errors.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";
import { compareVersions, parseVersion, type SemanticVersion } from "../go/semantic-version.ts";
import { stringOperand } from "../operands.ts";
import { numberOf } from "../value.ts";

const isValid: Builtin = ([version]) => typeof version === "string" && parseVersion(version) !== undefined;

const compare: Builtin = (operands) => {
  const texts = [stringOperand(operands, 0), stringOperand(operands, 1)];
  const [left, right] = texts.map(versionOf);
  return numberOf(Math.sign(compareVersions(left!, right!)));
};

function versionOf(text: string, position: number): SemanticVersion {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  throw new BuiltinError(`operand ${position + 1}: string ${text} is not a valid SemVer`);
}

export const semverBuiltins: BuiltinTable = { "semver.compare": compare, "semver.is_valid": isValid };
