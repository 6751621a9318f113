// As hosts do it: a new row is a copy of the last with all that is in it, emptied.
const rows = document.querySelector("#righe");
document.querySelector("#aggiungi").addEventListener("click", () => {
  const row = rows.lastElementChild.cloneNode(true);
  for (const field of row.querySelectorAll("input:not([type=hidden])")) field.value = "";
  rows.append(row);
});
document.querySelector("#togli").addEventListener("click", () => rows.lastElementChild.remove());
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
