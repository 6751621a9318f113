export default {
  title: "Qualcosa non ha funzionato",
  nothingLost: "Nulla è andato perso: quello che era in corso continua da solo.",
  simulatorGone: "Il simulatore di Sistema TS non risponde: forse è stato chiuso. Ferma la dimostrazione e avviala di nuovo.",
  notThere: "Questa pagina non c’è",
  notThereText: "Forse l’indirizzo è sbagliato. Nulla è andato perso.",
  back: "Torna alla Home",
};
