export const namespaceCount = 20;

/** Of the size that Pods have that somebody wrote by hand. */
export function podManifest(index: number) {
  const container = (name: string) => ({
    ...{ name, image: `registry.test/${name}:v${index}` },
    env: Array.from({ length: 10 }, (_, each) => ({ name: `VARIABLE_${each}`, value: `value ${each}` })),
    resources: { limits: { memory: "64Mi" }, requests: { cpu: "10m" } },
    securityContext: { privileged: index % 10 === 0 },
  });
  return {
    ...{ apiVersion: "v1", kind: "Pod" },
    metadata: {
      name: `pod-${index}`,
      namespace: `team-${index % namespaceCount}`,
      labels: { app: `app-${index}` },
    },
    spec: { containers: [container("main"), container("sidecar")], automountServiceAccountToken: false },
  };
}
