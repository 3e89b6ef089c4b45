/* The panel "Set lists": one custom element, no build step. The shell sets `host` once, then it is frozen. */

class SetlistOverview extends HTMLElement {
  #host;

  set host(host) {
    this.#host = host;
    this.#show();
  }

  async #show() {
    const { api, t } = this.#host;
    const setlists = await api.get("/api/setlist/setlists");
    const title = document.createElement("h1");
    title.textContent = t("setlist.title");
    this.replaceChildren(title, setlists.length ? this.#list(setlists) : t("setlist.empty"));
  }

  #list(setlists) {
    const { t } = this.#host;
    const list = document.createElement("ol");
    for (const each of setlists) {
      const line = document.createElement("li");
      const state = t(each.published_at ? "setlist.published" : "setlist.draft");
      line.textContent = `${each.played_on} · ${each.venue} · ${each.title} (${each.songs}) · ${state}`;
      list.append(line);
    }
    return list;
  }
}

customElements.define("mb-setlist-overview", SetlistOverview);
