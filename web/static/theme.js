// Sets the theme that was chosen in this browser, before anything is painted. Without a choice, the system decides.
const chosen = localStorage.getItem("theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
