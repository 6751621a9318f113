const rows = document.querySelector('#righe');
const blank = rows.firstElementChild.cloneNode(true);
document.querySelector('#aggiungi').addEventListener('click', () => rows.append(blank.cloneNode(true)));
document.querySelector('#togli').addEventListener('click', () => rows.lastElementChild.remove());
document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
