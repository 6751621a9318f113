// Perché Sistema TS non può essere interrogato, o non ha risposto.
export default {
  busy: (at) => `Un’altra richiesta a Sistema TS è in corso. Riprova fra poco: finisce al più tardi alle ${at}.`,
  credentials_not_usable: "Le credenziali mancano o sono state rifiutate. Provale nelle Impostazioni, poi torna qui.",
  paused: "Gli invii sono sospesi, e con loro ogni richiesta. Riprendili nelle Impostazioni, poi torna qui.",
  no_protocollo: "Questo invio non ha un numero di protocollo, quindi non ha ricevute.",
  no_answer: "Sistema TS non ha risposto. Non è cambiato nulla: riprova fra qualche minuto.",
  slow: "Sistema TS ci mette più del solito. Quello che hai chiesto va avanti da solo: torna fra poco.",
  other: "Sistema TS ora non può rispondere. Riprova fra qualche minuto.",
  settings: "Vai alle impostazioni",
  again: "Riprova",
};
