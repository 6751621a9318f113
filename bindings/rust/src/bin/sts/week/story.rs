//! What happens in the week, day by day.

use sts_core::command::{
    Answer, Apply, Automation, Change, ChannelChoice, Command, Mode, Month, ReceiptOf,
};
use sts_core::domain::Data;
use sts_core::secret::Secret;
use sts_core::wire::Credentials;
use sts_simulator::{DocumentKey, Fault, FaultRule, Operation, Segnalazione, Stato, User};

use super::invoice::{Invoice, P_IVA, date, mistyped};
use super::stage::{Stage, unexpected};
use crate::failure::{Exit, Failure};
use crate::service;
use crate::ui::Mood;

/// The month of the week.
pub(super) const MONTH: Month = Month { anno: 2026, mese: 11 };

fn key(invoice: &Invoice) -> Result<DocumentKey, Failure> {
    let key = serde_json::json!({ "pIva": P_IVA, "dataEmissione": date(invoice.day),
        "dispositivo": 1, "numDocumento": invoice.numero });
    serde_json::from_value(key).map_err(|error| Failure::developer(Exit::Internal, error))
}

/// A group by file, in which one is refused; the receipts say why.
pub(super) fn monday(stage: &mut Stage<'_>, people: &[String]) -> Result<(), Failure> {
    stage.day(16)?;
    stage.until(16, 8, 30)?;
    stage.says(
        "Si accende l'invio automatico, per ciò che è stato pagato dal 9 novembre in poi: quello \
         di prima lo aveva inserito a mano lo studio, sul portale.",
        "Automatic sending is switched on, for what was paid from 9 November on: what came before \
         the practice had keyed by hand, on the portal.",
    );
    let send_from = Data::new(2026, 11, 9).map_err(|_| unexpected())?;
    let mode = Mode::Automatic { send_from };
    let automation = Automation { mode, channel: ChannelChoice::Auto, group: 25 };
    stage.command(&Command::Configure { automation })?;
    let before = Invoice::new(200, 6, 8_000, &people[0]);
    stage.key_elsewhere(&before)?;
    stage.until(16, 8, 45)?;
    stage.says(
        "Le fatture della mattina, e quelle ancora da inviare: otto. Una ha il codice fiscale \
         battuto male, una non è ancora pagata, una è di prima del 9.",
        "The invoices of the morning, and those not sent yet: eight. One has a mistyped tax code, \
         one is not paid yet, one is from before the 9th.",
    );
    let wrong = Invoice::new(204, 16, 9_000, &people[9]);
    let unknown = Fault::Code { codice: "S011".to_owned(), descrizione: None, tipo: None };
    let fault = FaultRule::next(unknown).of(Operation::InviaFileMtom).on(key(&wrong)?);
    stage.simulated.add_fault(fault)?;
    let unpaid = Invoice { paid: None, ..Invoice::new(207, 16, 7_000, &people[6]) };
    stage.save(&[
        before,
        Invoice::new(201, 13, 6_000, &people[1]),
        Invoice::new(202, 13, 7_000, &people[2]),
        Invoice::new(203, 16, 8_000, &people[3]),
        wrong.clone(),
        Invoice::new(205, 16, 6_000, &people[4]),
        Invoice { cf: mistyped(&people[5]), ..Invoice::new(206, 16, 7_500, &people[5]) },
        unpaid,
    ])?;
    stage.until(16, 12, 0)?;
    stage.says(
        "Un documento è stato scartato: si scaricano le ricevute del file.",
        "A document was refused: the receipts of the file are fetched.",
    );
    match stage.command(&Command::Receipts { of: ReceiptOf::Transmission(1) })? {
        Answer::Receipts { receipts } => {
            let path = service::write(&receipts, Some(&stage.db.with_file_name("ricevute-1.zip")))?;
            service::show_receipts(stage.ui, &receipts, Some(&path));
        }
        _ => return Err(unexpected()),
    }
    stage.until(16, 15, 0)?;
    stage.says(
        "La paziente porta la tessera: il codice fiscale della 204 era di un'altra persona. Lo si \
         corregge, e riparte da sé: come inserimento, perché su Sistema TS non c'era nulla.",
        "The patient brings her card: the tax code of 204 was another person's. It is corrected, \
         and leaves again by itself: as an insertion, since nothing of it was on Sistema TS.",
    );
    stage.save(&[Invoice { cf: people[7].clone(), ..wrong }])?;
    stage.until(16, 15, 30)?;
    stage.says(
        "Si corregge anche la 206, e non si aspetta il ciclo: Invio.",
        "206 is corrected too, and sent without waiting for the cycle.",
    );
    stage.save(&[Invoice::new(206, 16, 7_500, &people[5])])?;
    stage.send("2026-206")
}

/// Edits of what was sent leave at once, alone.
pub(super) fn tuesday(stage: &mut Stage<'_>, people: &[String]) -> Result<(), Failure> {
    stage.day(17)?;
    stage.until(17, 8, 45)?;
    stage.says("Tre fatture nuove.", "Three new invoices.");
    stage.save(&[
        Invoice::new(208, 17, 6_000, &people[1]),
        Invoice::new(209, 17, 7_000, &people[2]),
        Invoice::new(210, 17, 9_000, &people[3]),
    ])?;
    stage.until(17, 11, 0)?;
    stage.says(
        "L'importo della 202 era sbagliato: la si modifica. Era già su Sistema TS, quindi la \
         modifica parte subito, da sola.",
        "The amount of 202 was wrong: it is edited. Sistema TS had it already, so the change \
         leaves at once, alone.",
    );
    stage.save(&[Invoice::new(202, 13, 8_500, &people[2])])?;
    stage.until(17, 11, 30)?;
    stage.says("La 207 viene pagata.", "207 is paid.");
    stage.save(&[Invoice { paid: Some(17), ..Invoice::new(207, 16, 7_000, &people[6]) }])?;
    stage.until(17, 16, 0)?;
    stage.says(
        "La 203 aveva il numero sbagliato. Il numero è la sua chiave: si cancella e si inserisce.",
        "203 had the wrong number. The number is its key: it is cancelled, and inserted.",
    );
    let number = "203-BIS/2026".to_owned();
    stage.save(&[Invoice { numero: number, ..Invoice::new(203, 16, 8_000, &people[3]) }])
}

/// An opposition, and a deletion.
pub(super) fn wednesday(stage: &mut Stage<'_>, people: &[String]) -> Result<(), Failure> {
    stage.day(18)?;
    stage.until(18, 8, 45)?;
    stage.says("Tre fatture nuove.", "Three new invoices.");
    stage.save(&[
        Invoice::new(211, 18, 6_000, &people[4]),
        Invoice::new(212, 18, 7_000, &people[5]),
        Invoice::new(213, 18, 8_000, &people[6]),
    ])?;
    stage.until(18, 10, 0)?;
    stage.says(
        "Il paziente della 208 si oppone: la sua spesa resta, senza il codice fiscale.",
        "The patient of 208 opposes: the expense stays, without the tax code.",
    );
    stage.save(&[Invoice { opposed: true, ..Invoice::new(208, 17, 6_000, &people[1]) }])?;
    stage.until(18, 12, 0)?;
    stage.says(
        "La 201 era un doppione: la si elimina. È su Sistema TS, quindi serve una conferma.",
        "201 was a duplicate: it is deleted. Sistema TS has it, so that needs a confirmation.",
    );
    stage.change(Change::Delete, "2026-201", false)?;
    stage.until(18, 12, 1)?;
    stage.says("Confermato.", "Confirmed.");
    stage.change(Change::Delete, "2026-201", true)
}

/// The password expires: one attempt, and no second.
pub(super) fn thursday(
    stage: &mut Stage<'_>,
    people: &[String],
    user: &User,
) -> Result<(), Failure> {
    stage.day(19)?;
    stage.until(19, 7, 0)?;
    stage.says(
        "Nella notte la password è scaduta, e nessuno lo sa.",
        "During the night the password has expired, and nobody knows.",
    );
    stage.simulated.set_user(User { stato: Stato::PasswordScaduta, ..user.clone() })?;
    stage.until(19, 8, 45)?;
    let calls = stage.calls();
    stage.says("Due fatture nuove.", "Two new invoices.");
    stage.save(&[
        Invoice::new(214, 19, 6_000, &people[7]),
        Invoice::new(215, 19, 7_000, &people[8]),
    ])?;
    stage.until(19, 10, 0)?;
    stage.says(
        "Si modifica la 209: resta in attesa, come tutto il resto.",
        "209 is edited: it waits, as all the rest.",
    );
    stage.save(&[Invoice::new(209, 17, 7_500, &people[2])])?;
    stage.until(19, 12, 30)?;
    let tried = stage.calls() - calls;
    stage.says(
        &format!(
            "Tentativi con la password scaduta: {tried}. La si cambia su www.sistemats.it e qui; \
             una prova, e si riprende da dove ci si era fermati."
        ),
        &format!(
            "Attempts with the expired password: {tried}. It is changed on www.sistemats.it and \
             here; one test, and work goes on where it stopped."
        ),
    );
    if tried != 1 {
        return Err(Failure::developer(Exit::Fix, "an expired password was tried again"));
    }
    let (credentials, user) = renewed(user)?;
    stage.simulated.set_user(user)?;
    stage.use_credentials(credentials)
}

/// The user with the password of the second half of the week, and the credentials for it.
pub(super) fn renewed(user: &User) -> Result<(Credentials, User), Failure> {
    let user = User { password: "Inventata.956".to_owned(), stato: Stato::Attivo, ..user.clone() };
    let secret = |text: &str| Secret::new(text);
    let credentials =
        Credentials::new(secret(&user.user), secret(&user.password), secret(&user.pincode));
    let credentials = credentials.map_err(|error| Failure::developer(Exit::Internal, error))?;
    Ok((credentials, user))
}

/// An outage, and an answer that is lost.
pub(super) fn friday(stage: &mut Stage<'_>, people: &[String]) -> Result<(), Failure> {
    stage.day(20)?;
    stage.until(20, 8, 30)?;
    stage.says(
        "Sistema TS non è raggiungibile; lo sarà di nuovo alle 13.",
        "Sistema TS cannot be reached; it will be at 13:00.",
    );
    stage.simulated.set_offline(true);
    stage.until(20, 8, 45)?;
    stage.says("Tre fatture nuove.", "Three new invoices.");
    stage.save(&[
        Invoice::new(216, 20, 6_000, &people[0]),
        Invoice::new(217, 20, 7_000, &people[1]),
        Invoice::new(218, 20, 8_000, &people[2]),
    ])?;
    stage.until(20, 13, 0)?;
    stage.says("Il sito è tornato.", "The site is back.");
    stage.simulated.set_offline(false);
    stage.until(20, 16, 0)?;
    stage.says(
        "La 219 si invia a mano; Sistema TS la registra, ma la risposta si perde per strada.",
        "219 is sent by hand; Sistema TS stores it, but the answer is lost on its way.",
    );
    let lost = FaultRule::next(Fault::LostAfterStoring).of(Operation::Inserimento);
    stage.simulated.add_fault(lost)?;
    stage.save(&[Invoice::new(219, 20, 9_000, &people[3])])?;
    stage.send("2026-219")
}

/// A refund, and a file whose answer is lost.
pub(super) fn saturday(stage: &mut Stage<'_>, people: &[String]) -> Result<(), Failure> {
    stage.day(21)?;
    stage.until(21, 9, 30)?;
    stage.says(
        "Al paziente della 210 si restituisce il denaro: nota di credito 220. Un rimborso chiede \
         sempre una conferma.",
        "The patient of 210 gets the money back: credit note 220. A refund always asks for a \
         confirmation.",
    );
    let refunds = Some(("210/2026".to_owned(), 17));
    let note = Invoice { refunds, ..Invoice::new(220, 21, 9_000, &people[3]) };
    stage.refund(&note, false)?;
    stage.until(21, 9, 31)?;
    stage.says("Confermato.", "Confirmed.");
    stage.refund(&note, true)?;
    stage.until(21, 10, 0)?;
    stage.says(
        "Due fatture nuove; questa volta si perde la risposta a un file.",
        "Two new invoices; this time the answer to a file is lost.",
    );
    let lost = FaultRule::next(Fault::LostAfterStoring).of(Operation::InviaFileMtom);
    stage.simulated.add_fault(lost)?;
    let disputed = Invoice::new(221, 21, 6_000, &people[4]);
    stage.save(&[disputed.clone(), Invoice::new(222, 21, 7_000, &people[5])])?;
    stage.until(21, 20, 0)?;
    let segnalazione = serde_json::json!({ "document": key(&disputed)?, "data": date(21),
        "segnalazione": "Spesa non riconosciuta" });
    let segnalazione: Segnalazione = serde_json::from_value(segnalazione)
        .map_err(|error| Failure::developer(Exit::Internal, error))?;
    stage.simulated.add_segnalazione(segnalazione)
}

/// The month beside the service's.
pub(super) fn sunday(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage.day(22)?;
    stage.until(22, 18, 0)?;
    stage.says(
        "Si confronta novembre con Sistema TS, annotando ciò che vi è stato inserito a mano.",
        "November is compared with Sistema TS, taking over what was keyed there by hand.",
    );
    let command = Command::Compare { month: MONTH, apply: Apply::Adopt };
    match stage.command(&command)? {
        Answer::Comparison { comparison } => {
            service::show_comparisons(stage.ui, &[&comparison]);
        }
        _ => return Err(unexpected()),
    }
    stage.until(22, 18, 30)?;
    stage.says("Che cosa hanno segnalato i cittadini?", "What have the citizens reported?");
    let day = |day| Data::new(2026, 11, day).map_err(|_| unexpected());
    match stage.command(&Command::Segnalazioni { from: day(16)?, to: day(22)? })? {
        Answer::Segnalazioni { rows, .. } => {
            let count = rows.len();
            let text = stage.ui.lang.pick(
                format!("Segnalazioni: {count} (sts segnalazioni)."),
                format!("Reports: {count} (sts segnalazioni)."),
            );
            stage.answers(&text, Mood::Open);
        }
        _ => return Err(unexpected()),
    }
    stage.until(22, 20, 0)
}
