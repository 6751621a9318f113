//! The engine's states in the user's words.

use sts_core::codes;
use sts_core::command::{ChangeOutcome, DocumentState, QueueOutcome, RefundOutcome};
use sts_core::comparison::DifferenceKind;
use sts_core::health::CredentialsStanding;
use sts_core::plan::Planned;
use sts_core::registry::{Acceptance, Operation, Transmission};
use sts_core::rules::{Reason, Severity, Verdict};
use sts_core::wire::Messaggio;

use crate::ui::{Lang, Mood, clean};

/// A word in both languages with its mood.
pub(crate) type Word = (&'static str, &'static str, Mood);

pub(crate) fn verdict(verdict: Verdict) -> Word {
    match verdict {
        Verdict::Send => ("da inviare", "send", Mood::Good),
        Verdict::Wait => ("in attesa", "wait", Mood::Open),
        Verdict::OutOfScope => ("non va inviato", "out of scope", Mood::Plain),
        Verdict::Fix => ("da correggere", "fix", Mood::Bad),
    }
}

pub(crate) fn state(state: DocumentState) -> Word {
    match state {
        DocumentState::Waiting => ("in attesa", "waiting", Mood::Open),
        DocumentState::ToFix => ("da correggere", "to fix", Mood::Bad),
        DocumentState::OutOfScope => ("non va inviato", "out of scope", Mood::Plain),
        DocumentState::Ready => ("pronto", "ready", Mood::Good),
        DocumentState::Queued => ("in coda", "queued", Mood::Open),
        DocumentState::Sending => ("in invio", "sending", Mood::Open),
        DocumentState::Unknown => ("esito da accertare", "outcome unknown", Mood::Open),
        DocumentState::Accepted => ("accolto", "accepted", Mood::Good),
        DocumentState::AcceptedWithWarnings => {
            ("accolto con segnalazioni", "accepted with warnings", Mood::Good)
        }
        DocumentState::Refused => ("scartato", "refused", Mood::Bad),
        DocumentState::Conflict => ("in conflitto", "conflict", Mood::Bad),
        DocumentState::ChangedAfterSending => {
            ("modificato dopo l'invio", "changed after sending", Mood::Bad)
        }
        DocumentState::HandedIn => ("consegnato", "handed in", Mood::Open),
        DocumentState::Changing => ("modifica in invio", "changing", Mood::Open),
        DocumentState::ChangeRefused => ("modifica scartata", "change refused", Mood::Bad),
        DocumentState::Cancelled => ("cancellato da STS", "cancelled", Mood::Plain),
        DocumentState::Deleted => ("eliminato", "deleted", Mood::Plain),
        DocumentState::GivenUp => ("invio abbandonato", "given up", Mood::Bad),
        _ => ("?", "?", Mood::Plain),
    }
}

pub(crate) fn queue_outcome(outcome: QueueOutcome) -> Word {
    match outcome {
        QueueOutcome::Queued => ("in coda", "queued", Mood::Open),
        QueueOutcome::UnderWay => ("già in invio", "under way", Mood::Open),
        QueueOutcome::AlreadyAccepted => ("già accolto", "already accepted", Mood::Good),
        QueueOutcome::Conflict => {
            ("su Sistema TS c'è un altro contenuto", "other content on Sistema TS", Mood::Bad)
        }
        QueueOutcome::YearClosed => ("anno chiuso", "year closed", Mood::Bad),
        QueueOutcome::OriginalMissing => {
            ("manca la spesa rimborsata", "original missing", Mood::Bad)
        }
        QueueOutcome::NotSendable => ("non si può inviare", "not sendable", Mood::Bad),
        QueueOutcome::NotFound => ("mai salvato", "never saved", Mood::Bad),
        _ => ("?", "?", Mood::Plain),
    }
}

pub(crate) fn transmission(transmission: Transmission) -> Word {
    match transmission {
        Transmission::Open => ("in corso", "open", Mood::Open),
        Transmission::Answered => ("riuscito", "answered", Mood::Good),
        Transmission::NotSent => ("non partito", "not sent", Mood::Open),
        Transmission::Unknown => ("da accertare", "unknown", Mood::Open),
        Transmission::Recovered => ("accertato", "recovered", Mood::Good),
        Transmission::Lost => ("mai arrivato", "lost", Mood::Open),
        _ => ("?", "?", Mood::Plain),
    }
}

pub(crate) fn acceptance(acceptance: Acceptance) -> Word {
    match acceptance {
        Acceptance::Pending => ("in attesa", "pending", Mood::Open),
        Acceptance::Accepted => ("accolta", "accepted", Mood::Good),
        Acceptance::AcceptedWithWarnings => {
            ("accolta con segnalazioni", "accepted with warnings", Mood::Good)
        }
        Acceptance::PartlyRefused => ("scartata in parte", "partly refused", Mood::Bad),
        Acceptance::Refused => ("scartata", "refused", Mood::Bad),
        Acceptance::None => ("nessuno", "none", Mood::Plain),
        _ => ("?", "?", Mood::Plain),
    }
}

pub(crate) fn operation(operation: Operation) -> &'static str {
    match operation {
        Operation::Inserimento => "inserimento",
        Operation::Variazione => "variazione",
        Operation::Cancellazione => "cancellazione",
        Operation::Rimborso => "rimborso",
        _ => "?",
    }
}

/// A sign for those who see no colours.
pub(crate) fn mark(severity: Severity) -> char {
    match severity {
        Severity::Error => '✗',
        Severity::Warning => '!',
        Severity::Info => '·',
    }
}

/// All reasons, one paragraph each.
pub(crate) fn reasons(reasons: &[Reason], lang: Lang) -> String {
    let paragraph = |r: &Reason| {
        let sentence = lang.pick(r.it, r.en);
        format!("{} {} {}\n{sentence}", mark(r.severity), r.code, r.path)
    };
    reasons.iter().map(paragraph).collect::<Vec<_>>().join("\n")
}

/// The service's messages in its own words, with what they mean and what to do.
pub(crate) fn messages(messages: &[Messaggio], lang: Lang) -> String {
    let paragraph = |m: &Messaggio| {
        let explained = codes::explain(&m.codice, Some(&m.tipo));
        let text = |t: codes::Text| lang.pick(t.it, t.en);
        let (codice, descrizione) = (clean(&m.codice), clean(&m.descrizione));
        let meaning = text(explained.meaning);
        format!("{codice} «{descrizione}»\n{meaning} {}", text(explained.advice))
    };
    messages.iter().map(paragraph).collect::<Vec<_>>().join("\n")
}

/// A step of a plan, as a verb with its object before the document.
pub(crate) fn planned(planned: Planned) -> (&'static str, &'static str) {
    match planned {
        Planned::Query => ("chiedere a Sistema TS che cosa ha di", "ask Sistema TS what it has of"),
        Planned::Inserimento => ("inserire", "insert"),
        Planned::Variazione => ("aggiornare (variazione)", "vary"),
        Planned::Rimborso => ("inserire il rimborso", "insert the refund"),
        Planned::Cancellazione => ("cancellare da Sistema TS", "cancel on Sistema TS"),
        _ => ("?", "?"),
    }
}

pub(crate) fn change_outcome(outcome: ChangeOutcome) -> Word {
    match outcome {
        ChangeOutcome::Queued => ("in coda", "queued", Mood::Open),
        ChangeOutcome::Done => ("fatto, nulla da inviare", "done, nothing to send", Mood::Good),
        ChangeOutcome::NeedsConfirmation => {
            ("serve una conferma", "needs a confirmation", Mood::Bad)
        }
        ChangeOutcome::UnderWay => ("già in corso", "under way", Mood::Open),
        ChangeOutcome::NothingThere => ("su Sistema TS non c'è", "not on Sistema TS", Mood::Bad),
        ChangeOutcome::NotSendable => ("non si può inviare", "not sendable", Mood::Bad),
        ChangeOutcome::YearClosed => ("anno chiuso", "year closed", Mood::Bad),
        ChangeOutcome::NotAvailable => {
            ("questo accesso non lo permette", "not with this access", Mood::Bad)
        }
        ChangeOutcome::NotFound => ("mai salvato", "never saved", Mood::Bad),
        _ => ("?", "?", Mood::Plain),
    }
}

/// The outcome of a refund as a sentence.
pub(crate) fn refund_outcome(outcome: RefundOutcome) -> Word {
    match outcome {
        RefundOutcome::Queued => ("in coda", "queued", Mood::Open),
        RefundOutcome::AlreadySent => ("già inviato", "already sent", Mood::Good),
        RefundOutcome::NeedsConfirmation => {
            ("serve una conferma", "needs a confirmation", Mood::Bad)
        }
        RefundOutcome::NotARefund => {
            ("non è la nota di credito di un documento", "no credit note of a document", Mood::Bad)
        }
        RefundOutcome::NotSendable => ("non si può inviare", "not sendable", Mood::Bad),
        RefundOutcome::OriginalMissing => {
            ("la spesa non risulta su Sistema TS", "the original is not there", Mood::Bad)
        }
        RefundOutcome::ExceedsOriginal => {
            ("i rimborsi superano la spesa", "refunds exceed the original", Mood::Bad)
        }
        RefundOutcome::YearClosed => ("anno chiuso", "year closed", Mood::Bad),
        _ => ("?", "?", Mood::Plain),
    }
}

pub(crate) fn difference(kind: DifferenceKind) -> Word {
    match kind {
        DifferenceKind::MissingThere => ("manca su STS", "missing there", Mood::Bad),
        DifferenceKind::MissingHere => ("manca qui", "missing here", Mood::Open),
        DifferenceKind::NotKnownThere => ("già su STS", "there already", Mood::Open),
        DifferenceKind::Different => ("diverso", "different", Mood::Bad),
        DifferenceKind::RefundsDiffer => ("rimborsi diversi", "refunds differ", Mood::Bad),
        DifferenceKind::Unsettled => ("in corso", "unsettled", Mood::Open),
        _ => ("?", "?", Mood::Plain),
    }
}

pub(crate) fn severity(severity: Severity) -> Mood {
    match severity {
        Severity::Error => Mood::Bad,
        Severity::Warning => Mood::Open,
        Severity::Info => Mood::Plain,
    }
}

pub(crate) fn standing(standing: CredentialsStanding) -> Word {
    match standing {
        CredentialsStanding::Missing => ("non indicate", "not given", Mood::Plain),
        CredentialsStanding::Untested => ("mai provate", "never used", Mood::Plain),
        CredentialsStanding::Proven => ("valide", "proven", Mood::Good),
        CredentialsStanding::Suspect => ("dubbie, da provare", "suspect, to be tested", Mood::Bad),
        CredentialsStanding::Refused => ("rifiutate", "refused", Mood::Bad),
        _ => ("?", "?", Mood::Plain),
    }
}
