/** Notifications on this device: the browser's subscription, and the server that knows of it. */
import { api } from "../api/client";
import type { components } from "../api/schema";
import { serviceWorker } from "../service-worker/registration";

export type PushDevice = components["schemas"]["PushDeviceOut"];
/** `off` can be turned on; `blocked` only in the browser's settings. */
export type PushState = "unsupported" | "blocked" | "off" | "on";

export function pushWorks(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window && window.isSecureContext;
}

export async function pushState(): Promise<PushState> {
  if (!pushWorks()) return "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && (await subscription()) ? "on" : "off";
}

async function subscription(): Promise<PushSubscription | null> {
  return (await serviceWorker()).pushManager.getSubscription();
}

/** Asks the person; `blocked` if they say no. */
export async function turnOnPush(): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") return pushState();
  const { key } = await api.get("/api/core/push/key");
  const manager = (await serviceWorker()).pushManager;
  const applicationServerKey = bytes(key);
  const before = await manager.getSubscription();
  if (before && !same(before.options.applicationServerKey, applicationServerKey)) await before.unsubscribe();
  await tell(await manager.subscribe({ userVisibleOnly: true, applicationServerKey }));
  return "on";
}

/** This browser hears nothing more, whoever is logged in. */
export async function turnOffPush(): Promise<void> {
  await (await subscription())?.unsubscribe();
}

/** After a login the device belongs to the new session; said once for each. */
export async function keepPush(sessionKey: string): Promise<void> {
  if (!pushWorks() || Notification.permission !== "granted" || sessionStorage.getItem(KEPT) === sessionKey) return;
  const own = await subscription();
  if (own) await tell(own);
  sessionStorage.setItem(KEPT, sessionKey);
}

const KEPT = "mb-push-kept";

async function tell(own: PushSubscription): Promise<void> {
  const { endpoint = "", keys = {} } = own.toJSON();
  await api.post("/api/core/push/devices", { body: { endpoint, keys: { p256dh: keys.p256dh ?? "", auth: keys.auth ?? "" } } });
}

function same(one: ArrayBuffer | null | undefined, other: Uint8Array): boolean {
  if (!one) return false;
  const given = new Uint8Array(one);
  return given.length === other.length && given.every((each, place) => each === other[place]);
}

/** Base64url without padding. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}
