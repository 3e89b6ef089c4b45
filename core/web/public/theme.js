/* Before anything is drawn: the theme that was chosen here, or else the system's, and whichever it changes to. */
(() => {
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    const chosen = localStorage.getItem("theme");
    document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : light.matches ? "light" : "dark";
  };
  light.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("theme-change", apply);
  apply();
})();
