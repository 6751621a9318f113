// What can be done with a document, each with a sentence.
export default {
  button: "Azioni",
  close: "Chiudi",
  more: "Altre azioni",
  settings: "Vai alle impostazioni",
  about: (number) => `Fattura ${number}`,
  invia: { text: "Invia", hint: "Lo trasmette ora a Sistema TS; l’esito si vede subito." },
  modifica: { text: "Modifica", hint: "Cambia i dati; se è già su Sistema TS, la modifica parte subito." },
  dettagli: { text: "Dettagli", hint: "Esito, motivi, scadenza e tutti i suoi invii." },
  reinvia: { text: "Re-invia", hint: "Lo inserisce di nuovo: solo se su Sistema TS non c’è più." },
  aggiorna: { text: "Aggiorna", hint: "Riscrive su Sistema TS i dati di un documento già inviato." },
  cancella: { text: "Cancella su STS", hint: "Lo toglie solo da Sistema TS; qui la fattura resta." },
  rimborso: { text: "Rimborsa", hint: "Registra che hai restituito del denaro. Solo se serve davvero." },
  risincronizza: { text: "Risincronizza", hint: "Chiede a Sistema TS che cosa ha e corregge le differenze. Dopo un errore." },
  elimina: { text: "Elimina", hint: "Elimina la fattura qui e, se è stata inviata, anche su Sistema TS." },
};
