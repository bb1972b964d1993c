import type { AlternativeNames } from "@kubewarden-ts/x509";
import { parseIpAddress, unmapped } from "../../core/go/ip-address.ts";

/** Whether a certificate with these names is one for a host: a name, or an IP address, which may stand in brackets. */
export function isForHost(names: AlternativeNames | undefined, host: string): boolean {
  const address = parseIpAddress(host.replace(/^\[(.+)\]$/, "$1"));
  if (address !== undefined) {
    return (names?.ipAddresses ?? []).some((candidate) => Buffer.compare(unmapped(candidate), address) === 0);
  }
  const wanted = lowerAscii(host);
  const labels = wanted.replace(/\.$/, "").split(".");
  const isPlain = isHostName(labels, { wildcard: false });
  return (names?.dnsNames ?? []).some((name) => {
    const pattern = lowerAscii(name);
    const patternLabels = pattern.split(".");
    if (isPlain && isHostName(patternLabels, { wildcard: true })) return matches(patternLabels, labels);
    return pattern === wanted && pattern !== "" && pattern !== ".";
  });
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Labels of letters, digits, underscores, and hyphens that are not first. */
const label = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/** @param options.wildcard - whether the first label may be `*`, when it is not the only one */
function isHostName(labels: readonly string[], { wildcard }: { wildcard: boolean }): boolean {
  const first = wildcard && labels.length > 1 && labels[0] === "*" ? 1 : 0;
  return labels.slice(first).every((part) => label.test(part));
}

function matches(pattern: readonly string[], labels: readonly string[]): boolean {
  return (
    pattern.length === labels.length &&
    pattern.every((part, index) => part === labels[index] || (index === 0 && part === "*"))
  );
}
