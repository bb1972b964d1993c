/** Lease of the controllers: upstream's, so that a controller of either kind waits for the other (controller.md 6.3). */
export const leaseName = "a4ddbf36.kubewarden.io";
