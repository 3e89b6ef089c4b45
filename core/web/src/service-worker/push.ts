/** What the server tells while no page is open. */

export function installPush(_scope: ServiceWorkerGlobalScope): void {}
