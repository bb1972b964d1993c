import type { Difference } from "../difference.ts";

const exposed = {
  allowed: false,
  message: "Webhook service(s) exposed by Ingress, NodePort, or LoadBalancer: hooks/gate",
};

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  {
    reason: "a webhook without port has port 443; the original takes it for one without any",
    requests: ["host-18"],
    answer: exposed,
  },
  {
    reason: "a port an ingress names counts; the original passes over it",
    requests: ["host-9"],
    answer: exposed,
  },
];
