/** Passkeys in this browser (Web Authentication Level 3). */
import { t } from "@maxbooster/ui";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";

type Options = components["schemas"]["PasskeyOptions"];
type NewCredential = components["schemas"]["NewCredential"];
export type UsedCredential = components["schemas"]["UsedCredential"];

/** Whether this browser has them, at this address: none can belong to a number. */
export function passkeysWork(): boolean {
  return "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential && !/^[\d.]+$|^\[/.test(location.hostname);
}

/** Let the person create one.
 * @throws Problem when nothing came of it, in words for them. */
export async function createPasskey({ publicKey }: Options): Promise<NewCredential> {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey as unknown as PublicKeyCredentialCreationOptionsJSON);
  const { id, rawId, type, response } = await answered(() => navigator.credentials.create({ publicKey: options }));
  const { clientDataJSON, attestationObject, transports } = response as NewCredential["response"];
  return { id, rawId, type, response: { clientDataJSON, attestationObject, transports } };
}

/** Let the person use one.
 * @throws Problem when nothing came of it, in words for them. */
export async function usePasskey({ publicKey }: Options): Promise<UsedCredential> {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey as unknown as PublicKeyCredentialRequestOptionsJSON);
  const { id, rawId, type, response } = await answered(() => navigator.credentials.get({ publicKey: options }));
  const { clientDataJSON, authenticatorData, signature, userHandle } = response as UsedCredential["response"];
  return { id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle: userHandle ?? null } };
}

/** What the browser answers, of which members may be added: ours are picked from it. */
type Answer = Omit<NewCredential, "response"> & { response: unknown };

async function answered(ask: () => Promise<Credential | null>): Promise<Answer> {
  try {
    const credential = await ask();
    if (credential instanceof PublicKeyCredential) return credential.toJSON() as Answer;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "InvalidStateError") throw unanswered(t("passkeys.known", "This device has a passkey for your login already."));
    if (error.name === "SecurityError") throw unanswered(t("passkeys.elsewhere", "Passkeys don’t work at this address. Open Max Booster under its usual name."));
  }
  throw unanswered(t("passkeys.canceled", "No passkey was used. Try again, or log in another way."));
}

function unanswered(detail: string): Problem {
  return new Problem({ type: "urn:maxbooster:problem:passkey-unused", title: "No passkey was used", status: 0, detail });
}
