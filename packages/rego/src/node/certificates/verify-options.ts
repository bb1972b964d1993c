import type { BuiltinContext } from "../../core/builtin.ts";
import { decimalInteger } from "../../core/go/number.ts";
import { isArray, isNumber, isSet, type RegoObject, type RegoValue } from "../../core/value.ts";
import { BuiltinError } from "../../errors.ts";
import type { VerifyOptions } from "./go-verify.ts";

const keyUsages: Readonly<Record<string, string>> = {
  KeyUsageAny: "2.5.29.37.0",
  KeyUsageServerAuth: "1.3.6.1.5.5.7.3.1",
  KeyUsageClientAuth: "1.3.6.1.5.5.7.3.2",
  KeyUsageCodeSigning: "1.3.6.1.5.5.7.3.3",
  KeyUsageEmailProtection: "1.3.6.1.5.5.7.3.4",
  KeyUsageIPSECEndSystem: "1.3.6.1.5.5.7.3.5",
  KeyUsageIPSECTunnel: "1.3.6.1.5.5.7.3.6",
  KeyUsageIPSECUser: "1.3.6.1.5.5.7.3.7",
  KeyUsageTimeStamping: "1.3.6.1.5.5.7.3.8",
  KeyUsageOCSPSigning: "1.3.6.1.5.5.7.3.9",
  KeyUsageMicrosoftServerGatedCrypto: "1.3.6.1.4.1.311.10.3.3",
  KeyUsageNetscapeServerGatedCrypto: "2.16.840.1.113730.4.1",
  KeyUsageMicrosoftCommercialCodeSigning: "1.3.6.1.4.1.311.2.1.22",
  KeyUsageMicrosoftKernelCodeSigning: "1.3.6.1.4.1.311.61.1.1",
};

const serverAuth = "1.3.6.1.5.5.7.3.1";

/** What is checked without options: the time of the evaluation, and the purpose of servers. */
export function defaultVerifyOptions({ nowNs }: Pick<BuiltinContext, "nowNs">): VerifyOptions {
  return { dnsName: "", atNs: nowNs, keyUsages: [serverAuth] };
}

/** @throws {BuiltinError} for an option that is not known, or of another type */
export function readVerifyOptions(
  options: RegoObject,
  context: Pick<BuiltinContext, "nowNs">,
): VerifyOptions {
  let read = defaultVerifyOptions(context);
  for (const [key, value] of options.entries) {
    if (typeof key === "string") read = { ...read, ...readOption(key, value) };
  }
  return read;
}

function readOption(key: string, value: RegoValue): Partial<VerifyOptions> {
  switch (key) {
    case "DNSName":
      if (typeof value !== "string") throw new BuiltinError("'DNSName' should be a string");
      return { dnsName: unquoted(value) };
    case "CurrentTime":
      return { atNs: int64(key, value) };
    case "MaxConstraintComparisons":
      int64(key, value); // Go no longer looks at it
      return {};
    case "KeyUsages":
      return { keyUsages: readKeyUsages(value) };
    default:
      throw new BuiltinError("invalid key option");
  }
}

function int64(key: string, value: RegoValue): bigint {
  const number = isNumber(value) ? decimalInteger(value.text) : undefined;
  if (number === undefined) throw new BuiltinError(`'${key}' should be a valid int64 number`);
  return number;
}

function readKeyUsages(value: RegoValue): readonly string[] {
  if (!isArray(value) && !isSet(value)) throw new BuiltinError("'KeyUsages' should be an Array or Set");
  const names = (isArray(value) ? value : value.items)
    .filter((item) => typeof item === "string")
    .map(unquoted);
  const invalid = names.filter((name) => !Object.hasOwn(keyUsages, name));
  if (invalid.length > 0) {
    throw new BuiltinError(`invalid entries for 'KeyUsages' found: [${invalid.join(" ")}]`);
  }
  return names.length === 0 ? [serverAuth] : names.flatMap((name) => keyUsages[name] ?? []);
}

function unquoted(text: string): string {
  return text.replace(/^"+/, "").replace(/"+$/, "");
}
