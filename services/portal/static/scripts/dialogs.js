// A link that leads to a question's own page opens the question in a dialog instead, where the page holds one.
for (const link of document.querySelectorAll("[data-opens]")) {
  const dialog = document.getElementById(link.dataset.opens);
  if (!dialog) continue;
  link.setAttribute("aria-haspopup", "dialog");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-closes]")) {
      event.preventDefault();
      dialog.close();
    }
  });
}
