// Why Sistema TS cannot be asked, or did not answer.
export default {
  busy: (at) => `Another request to Sistema TS is under way. Try again soon: it is over by ${at} at the latest.`,
  credentials_not_usable: "The credentials are missing or were refused. Test them in the settings, then come back.",
  paused: "Sending is paused, and every request with it. Resume it in the settings, then come back.",
  no_protocollo: "This transmission has no protocol number, so it has no receipts.",
  no_answer: "Sistema TS did not answer. Nothing has changed: try again in some minutes.",
  slow: "Sistema TS takes longer than usual. What you asked for goes on by itself: come back soon.",
  other: "Sistema TS cannot answer now. Try again in some minutes.",
  settings: "Go to the settings",
  again: "Try again",
};
