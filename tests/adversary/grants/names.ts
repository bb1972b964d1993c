// Names by which somebody may hope to reach a capability that has another.

/** Names that host calls had in earlier releases of Kubewarden, or that look as if they had; and the error of who may try any. */
export const pathsOfOtherReleases: readonly (readonly [path: string, unknown: string])[] = [
  ["kubernetes/namespaces", "unknown operation: namespaces"],
  ["kubernetes/ingresses", "unknown operation: ingresses"],
  ["kubernetes/services", "unknown operation: services"],
  ["kubernetes/list_all_resources", "unknown operation: list_all_resources"],
  ["kubernetes/list_resources", "unknown operation: list_resources"],
  ["kubernetes/v1/get_resource", "unknown operation: v1/get_resource"],
  ["kubernetes/v1/can_i", "unknown operation: v1/can_i"],
  ["oci/verify", "unknown operation: verify"],
  ["oci/manifest_digest", "unknown operation: manifest_digest"],
  ["oci/oci_manifest", "unknown operation: oci_manifest"],
  ["oci/v2/manifest_digest", "unknown operation: v2/manifest_digest"],
  ["oci/v10/verify", "unknown operation: v10/verify"],
  ["oci/v3/verify", "unknown operation: v3/verify"],
  ["net/dns_lookup_host", "unknown operation: dns_lookup_host"],
  ["net/v2/dns_lookup_host", "unknown operation: v2/dns_lookup_host"],
  ["crypto/is_certificate_trusted", "unknown operation: is_certificate_trusted"],
  ["clusterwide/get_resource", "unknown namespace: clusterwide"],
];

/** Other ways to write a name. */
export function disguises(name: string): string[] {
  const first = name[0] ?? "";
  const wide = String.fromCodePoint(first.codePointAt(0)! + 0xfee0);
  const lookAlikes: Readonly<Record<string, string>> = { o: "о", c: "с", e: "е", i: "і", n: "ո", k: "к" };
  const written = [
    ...[name.toUpperCase(), first.toUpperCase() + name.slice(1)],
    ...[`${name}/`, `/${name}`, `${name}//`, ` ${name}`, `${name} `, `${name}\n`, `\t${name}`],
    ...[`${name}\u0000`, `\u0000${name}`, `\ufeff${name}`, `${name}\u200b`, `${name}\u00ad`],
    ...[`./${name}`, `../${name}`, `${name}/.`, `${name}/..`, `x/../${name}`],
    ...[
      `%${first.charCodeAt(0).toString(16)}${name.slice(1)}`,
      wide + name.slice(1),
      `${first}\u0301${name.slice(1)}`,
    ],
    ...[
      `${name}*`,
      "*",
      `${name}/*`,
      `${name}?`,
      `${name}#`,
      `${name};`,
      "",
      ".",
      "..",
      "__proto__",
      "constructor",
    ],
    ...Object.entries(lookAlikes).flatMap(([latin, other]) =>
      name.includes(latin) ? [name.replace(latin, other)] : [],
    ),
  ];
  return written.filter((text) => text !== name);
}
