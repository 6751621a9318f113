export default {
  name: "Studio",
  skip: "Vai al contenuto",
  menu: "Menu",
  navigation: "Principale",
  nav: {
    home: "Home",
    documents: "Elenco documenti",
    transmissions: "Elenco invii STS",
    comparison: "Confronto mese",
    settings: "Impostazioni",
    demo: "Dimostrazione",
  },
  language: "English",
  clock: {
    label: "Orologio della dimostrazione",
    now: "Dimostrazione:",
    minutes: "+10 minuti",
    day: "+1 giorno",
  },
};
