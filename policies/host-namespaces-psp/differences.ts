import type { Difference } from "../difference.ts";

const unreadable = (request: string, message: string): Difference => ({
  reason: "what cannot be read is refused; the original accepts it",
  requests: [request],
  answer: { allowed: false, code: 400, message },
});

/** Where this policy answers other than the original, and why. */
export const differences: readonly Difference[] = [
  unreadable("hostIPC-string", "hostIPC: expected boolean, got string"),
  unreadable("hostNetwork-string", "hostNetwork: expected boolean, got string"),
  unreadable("hostport-string", "containers[0].ports[0].hostPort: expected integer, got string"),
  unreadable("hostport-float", "containers[0].ports[0].hostPort: expected integer, got number"),
  unreadable("pod-containers-string", "containers: expected array, got string"),
  unreadable("pod-object-list", "the object is a list"),
  unreadable("pod-object-says-deployment", "the request says Pod, its object Deployment"),
  {
    reason: "a port no range can hold is no allowed one; the original accepts it",
    requests: ["hostport-too-big"],
    answer: { allowed: false, message: "Pod is using unallowed host ports in containers" },
  },
  {
    reason: "a pod is checked whatever kind the request names",
    requests: ["kind-lower-case"],
    answer: { allowed: false, message: "Pod has IPC enabled, but this is not allowed" },
  },
];
