// What can be done with a document, each with a sentence.
export default {
  button: "Actions",
  close: "Close",
  more: "More actions",
  settings: "Go to the settings",
  about: (number) => `Invoice ${number}`,
  invia: { text: "Send", hint: "Sends it to Sistema TS now; the outcome shows at once." },
  modifica: { text: "Edit", hint: "Changes its data; if Sistema TS has it, the change leaves at once." },
  dettagli: { text: "Details", hint: "Outcome, reasons, deadline and all its transmissions." },
  reinvia: { text: "Send again", hint: "Inserts it once more: only when Sistema TS does not have it any longer." },
  aggiorna: { text: "Update", hint: "Rewrites the data that Sistema TS has of a document sent before." },
  cancella: { text: "Cancel on STS", hint: "Takes it off Sistema TS alone; the invoice stays here." },
  rimborso: { text: "Refund", hint: "Records that you gave money back. Only when really needed." },
  risincronizza: { text: "Resynchronise", hint: "Asks Sistema TS what it has and puts differences right. After an error." },
  elimina: { text: "Delete", hint: "Deletes the invoice here and, if it was sent, on Sistema TS too." },
};
