import * as v from "valibot";
import { notAvailableYet } from "../capability.ts";

// policy-runtime 5.5

export const manifestDigest = notAvailableYet({ path: "oci/v1/manifest_digest", input: v.string() });
export const ociManifest = notAvailableYet({ path: "oci/v1/oci_manifest", input: v.string() });
export const ociManifestConfig = notAvailableYet({ path: "oci/v1/oci_manifest_config", input: v.string() });
export const verifyV1 = notAvailableYet({ path: "oci/v1/verify", input: v.unknown() });
export const verifyV2 = notAvailableYet({ path: "oci/v2/verify", input: v.unknown() });
