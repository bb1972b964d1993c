import type { CapabilityDeps } from "./capability.ts";
import { verificationNotAvailable } from "./verification.ts";

const no = () => Promise.reject(new Error("not available yet"));
export const temporaryDeps: Omit<CapabilityDeps, "lookup"> = {
  registry: { digest: no, manifest: no, manifestAndConfig: no },
  cluster: undefined,
  checkCertificate: () => ({ trusted: false, reason: "not available yet" }),
  ...verificationNotAvailable,
};
