export default {
  title: "Qualcosa non ha funzionato",
  nothingLost: "Nulla è andato perso: quello che era in corso continua da solo.",
  back: "Torna alla Home",
};
