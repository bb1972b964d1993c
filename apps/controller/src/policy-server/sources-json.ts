import type { PolicyServer } from "@kubewarden-ts/api/policies";
import { goJson, goStruct } from "./go-json.ts";

/** The bytes of `sources.yml` (controller.md 3.3); `{}` when the spec names no sources. */
export function sourcesJson({ spec }: PolicyServer): string {
  const { insecureSources = [], sourceAuthorities = {} } = spec;
  const authorities = Object.entries(sourceAuthorities).map(([uri, certificates]) => [
    uri,
    certificates.map((data) => goStruct({ type: "Data", data })),
  ]);
  return goJson(
    goStruct({
      insecure_sources: insecureSources.length > 0 ? insecureSources : undefined,
      source_authorities: authorities.length > 0 ? Object.fromEntries(authorities) : undefined,
    }),
  );
}

/** Whether the policy server needs them (controller.md 3.5). */
export function hasSources({ spec }: PolicyServer): boolean {
  const { insecureSources = [], sourceAuthorities = {} } = spec;
  return insecureSources.length > 0 || Object.keys(sourceAuthorities).length > 0;
}
