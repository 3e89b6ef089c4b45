/** Trusted Types: what Lit makes passes by its own policy; anything else is reduced to harmless SVG. */

interface Rules {
  createHTML(text: string): string;
  createScriptURL(address: string): string;
}

interface Policies {
  createPolicy(name: string, rules: Partial<Rules>): Rules;
}

const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
/** For the parser alone: what it makes is never put into the page, only what is left of it. */
const unparsed = policies?.createPolicy("maxbooster-parse", { createHTML: (text) => text });

const FORBIDDEN = "script, foreignObject, iframe, object, embed, animate, set, handler, listener";

export function harmlessSvg(text: string): string {
  const parsed = new DOMParser().parseFromString(unparsed?.createHTML(text) ?? text, "image/svg+xml").documentElement;
  if (parsed.nodeName !== "svg") return "";
  parsed.querySelectorAll(FORBIDDEN).forEach((each) => each.remove());
  for (const each of [parsed, ...parsed.querySelectorAll("*")]) {
    for (const { name, value } of [...each.attributes]) {
      if (/^on/i.test(name) || (/href$/i.test(name) && !/^[#/]/.test(value))) each.removeAttribute(name);
    }
  }
  return new XMLSerializer().serializeToString(parsed);
}

policies?.createPolicy("default", { createHTML: harmlessSvg });

/** The one script that the page starts by its address. */
const WORKER = "/service-worker.js";

let workers: Rules | undefined;

/** Made when it is first needed: framed panels start no worker, and may have no such policy. */
export function scriptUrl(address: string): string {
  workers ??= policies?.createPolicy("maxbooster-worker", {
    createScriptURL: (given) => {
      if (given !== WORKER) throw new TypeError(`${given} is no worker of ours.`);
      return given;
    },
  });
  return workers ? workers.createScriptURL(address) : address;
}
