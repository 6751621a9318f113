//! Files: lost, found, taken for those of others, discarded, half refused, never worked on.

use super::{
    all_settled, change, configure, count, fault, is_there, save, send, send_all, state, stored,
};
use sts_core::Settings;
use sts_core::cipher::Certificate;
use sts_core::command::{
    Answer, Change, ChangeOutcome, ChannelChoice, Command, DocumentState, Mode, QueueOutcome,
    Testing,
};
use sts_core::domain::Ambiente;
use sts_core::event::EventKind;
use sts_core::registry::{Acceptance, Transmission};
use sts_core::secret::Secret;
use sts_core::step::Response;
use sts_core::wire::Credentials;
use sts_simulator::{CERTIFICATE_DER, DocumentKey, Fault, FaultRule, Operation, Setup, World};
use sts_tests::site::{Input as Asked, Site};
use sts_tests::stage;

/// The usual psychologist, who sends everything by file.
fn by_file() -> Site {
    let mut site = stage::psychologist();
    configure(&mut site, Mode::Manual, ChannelChoice::File);
    site
}

/// Another user of the simulator, with another way in.
fn delegate(profile: serde_json::Value, user: [&str; 3]) -> Site {
    let world = World::new(Setup::default()).unwrap();
    let certificate = Certificate::parse(CERTIFICATE_DER).unwrap();
    let settings = Settings::new(serde_json::from_value(profile).unwrap(), Ambiente::Test)
        .and_then(|settings| settings.with_endpoint("http://127.0.0.1:1"))
        .unwrap()
        .with_certificate(&certificate);
    let [user, password, pincode] = user.map(Secret::new);
    let credentials = Credentials::new(user, password, pincode).unwrap();
    Site::new(world, settings, credentials, stage::morning("2026-11-23"))
}

/// A commercialista who sends for a physician: files alone, and every question.
fn commercialista() -> Site {
    delegate(
        serde_json::json!({
            "categoria": "medico", "accesso": "entrate", "sede": "99900151004-000",
            "cfProprietario": "MDDPRV77T50X999I", "pIva": "99900161003",
        }),
        ["NTRPRV65A11X999F", "Prova.0014", "A1B2C3D4"],
    )
}

/// A body: files alone, and nothing can be asked.
fn body() -> Site {
    let mut site = delegate(
        serde_json::json!({
            "categoria": "struttura_accreditata", "accesso": "enti",
            "codiceRegione": "908", "codiceAsl": "001", "codiceSSA": "900008",
            "cfProprietario": "NTEPRV50D14X999O", "pIva": "99900171002",
        }),
        ["SIMENTE1", "Prova.0016", "9000000017"],
    );
    let mut user = site.world.user("SIMENTE1").unwrap().clone();
    user.certificato_sha256 = Some("c0ffee".to_owned());
    site.world.set_user(user);
    site.client_certificate = Some("c0ffee".to_owned());
    site
}

fn visit(id: &str, amount: &str) -> sts_core::domain::invoice::Input {
    stage::invoice_with(id, |json| {
        json["dettaglioLinee"][0]["tipoSpesa"] = "SR".into();
        json["dettaglioLinee"][0]["naturaIVA"] = "N4".into();
        json["dettaglioLinee"][0]["prezzoTotale"] = amount.into();
        json["pagamenti"][0]["importo"] = amount.into();
    })
}

/// Files that the simulator received.
fn files(site: &Site) -> usize {
    let all = site.world.transmissions(site.now.0).into_iter();
    all.filter(|t| t.nome_file != "SERVIZIO SINCRONO").count()
}

fn strike(site: &mut Site, fault: Fault, number: &str) {
    let rule = FaultRule::next(fault).of(Operation::InviaFileMtom).on(stored_key(number));
    assert!(site.world.add_fault(rule.times(100)));
}

fn stored_key(number: &str) -> DocumentKey {
    DocumentKey {
        p_iva: "99900011000".to_owned(),
        data_emissione: sts_simulator::Date::iso("2026-11-20").unwrap(),
        dispositivo: 1,
        num_documento: number.to_owned(),
    }
}

#[test]
fn a_foreign_file_of_the_same_day_and_size_is_not_believed_even_with_the_same_numbers() {
    let mut other = by_file();
    other.reopen();
    send_all(&mut other, &["1", "x"]);
    other.rest(2);
    assert!(is_there(&mut other, "1"));
    let mut site = by_file();
    site.world = other.world.clone();
    fault(&mut site, Fault::LostBeforeStoring, Operation::InviaFileMtom, 1);
    let invoices = vec![stage::invoice_of("1", "1", "99.00"), stage::invoice("2", "2")];
    site.command(Command::Save { invoices }).unwrap();
    let ids = ["1", "2"].map(str::to_owned).to_vec();
    let what = sts_core::command::Selection::Ids(ids);
    site.command(Command::Send { what }).unwrap();
    site.rest(5);
    assert_eq!(state(&mut site, "1"), DocumentState::Conflict);
    assert!(is_there(&mut site, "2"));
    assert!(stored(&site, "2").is_some(), "accepted, and not there");
    all_settled(&mut site);
}

#[test]
fn a_lost_file_is_not_taken_for_one_that_another_store_named_alike() {
    let mut other = by_file();
    send_all(&mut other, &["1", "x"]);
    other.rest(2);
    let mut site = by_file();
    site.reopen();
    site.world = other.world.clone();
    fault(&mut site, Fault::LostBeforeStoring, Operation::InviaFileMtom, 1);
    send_all(&mut site, &["1", "2"]);
    site.rest(5);
    assert!(is_there(&mut site, "1") && is_there(&mut site, "2"));
    assert!(stored(&site, "2").is_some(), "accepted, and not there");
}

#[test]
fn two_lost_files_of_one_day_are_told_apart() {
    for stored_first in [true, false] {
        let mut site = by_file();
        let lost = |after| if after { Fault::LostAfterStoring } else { Fault::LostBeforeStoring };
        fault(&mut site, lost(stored_first), Operation::InviaFileMtom, 1);
        fault(&mut site, lost(true), Operation::InviaFileMtom, 1);
        send_all(&mut site, &["1", "2"]);
        site.now = site.now.plus(61_000);
        send_all(&mut site, &["3", "4"]);
        site.rest(5);
        for id in ["1", "2", "3", "4"] {
            assert!(is_there(&mut site, id), "{id}");
            assert_eq!(stored(&site, id).unwrap().times_inserted, 1);
        }
        all_settled(&mut site);
        assert_eq!(files(&site), 2);
    }
}

/// A file of two documents of another program that the service never finishes.
fn beside_an_endless_file() -> Site {
    let mut other = by_file();
    other.reopen();
    fault(&mut other, Fault::FileState { stato: 0 }, Operation::InviaFileMtom, 1);
    send_all(&mut other, &["x", "y"]);
    let mut site = by_file();
    site.world = other.world.clone();
    site
}

#[test]
fn a_lost_file_is_found_beside_one_that_is_in_work_for_ever() {
    let mut site = beside_an_endless_file();
    fault(&mut site, Fault::LostAfterStoring, Operation::InviaFileMtom, 1);
    send_all(&mut site, &["1", "2"]);
    site.rest(5);
    for id in ["1", "2"] {
        assert!(is_there(&mut site, id), "{id}");
        assert_eq!(stored(&site, id).unwrap().times_inserted, 1);
    }
    all_settled(&mut site);
    assert_eq!(files(&site), 2);
}

#[test]
fn an_upload_answered_late_ends_the_search_for_it() {
    let mut site = beside_an_endless_file();
    fault(&mut site, Fault::LostBeforeStoring, Operation::InviaFileMtom, 1);
    send_all(&mut site, &["1", "2"]);
    site.rest(1);
    assert_eq!(state(&mut site, "1"), DocumentState::Unknown);
    let attempt = site.store.0.keys().find(|key| key.starts_with("a/")).unwrap()[2..].to_owned();
    let body = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
        <n:inviaFileMtomResponse xmlns:n='http://ejb.invioTelematicoSS730p.sanita.finanze.it/'>\
        <return><codiceEsito>011</codiceEsito><descrizioneEsito>d</descrizioneEsito></return>\
        </n:inviaFileMtomResponse></s:Body></s:Envelope>";
    let answer =
        Response::Answered { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
    site.input(Asked::Response(attempt, answer)).unwrap().unwrap();
    site.rest(1);
    // Turned away as a whole, they went one by one.
    for id in ["1", "2"] {
        assert!(is_there(&mut site, id), "{id}");
    }
    all_settled(&mut site);
}

#[test]
fn a_protocol_that_the_service_does_not_know_is_not_asked_for_for_ever() {
    let mut site = by_file();
    let unknown = Fault::Code { codice: "WS96".into(), descrizione: None, tipo: None };
    fault(&mut site, unknown, Operation::EsitoInvii, 1_000);
    send_all(&mut site, &["1", "2"]);
    site.rest(10);
    for id in ["1", "2"] {
        assert!(is_there(&mut site, id), "{id}");
        assert_eq!(stored(&site, id).unwrap().times_inserted, 1);
    }
    all_settled(&mut site);
}

#[test]
fn errors_that_never_come_are_found_out_document_by_document() {
    let mut site = by_file();
    let later = Fault::Code { codice: "WS77".into(), descrizione: None, tipo: None };
    fault(&mut site, later, Operation::DettaglioErrori, 1_000);
    let bad = Fault::Code { codice: "S011".into(), descrizione: None, tipo: None };
    strike(&mut site, bad, "1");
    send_all(&mut site, &["1", "2"]);
    assert!(site.rest(60) < 1_000);
    assert!(is_there(&mut site, "2"));
    assert!(stored(&site, "1").is_none());
    assert_eq!(state(&mut site, "1"), DocumentState::GivenUp);
    all_settled(&mut site);
}

#[test]
fn a_file_that_arrives_after_it_was_taken_for_lost_is_stored_once() {
    let mut site = by_file();
    // Not listed while it is looked for.
    fault(&mut site, Fault::LostAfterStoring, Operation::InviaFileMtom, 1);
    fault(
        &mut site,
        Fault::Code { codice: "WS96".into(), descrizione: None, tipo: None },
        Operation::EsitoInvii,
        3,
    );
    send_all(&mut site, &["1", "2"]);
    site.rest(5);
    for id in ["1", "2"] {
        assert!(is_there(&mut site, id), "{id}: {:?}", state(&mut site, id));
        assert_eq!(stored(&site, id).unwrap().times_inserted, 1);
    }
    all_settled(&mut site);
}

#[test]
fn in_a_group_one_is_refused_one_remarked_on_and_the_rest_accepted() {
    let mut site = by_file();
    let code = |codice: &str| Fault::Code { codice: codice.into(), descrizione: None, tipo: None };
    strike(&mut site, code("S011"), "1");
    strike(&mut site, code("W003"), "2");
    send_all(&mut site, &["1", "2", "3"]);
    site.rest(2);
    assert_eq!(state(&mut site, "1"), DocumentState::Refused);
    assert_eq!(state(&mut site, "2"), DocumentState::AcceptedWithWarnings);
    assert!(is_there(&mut site, "3"));
    let row = stage::registry(&mut site).remove(0);
    assert_eq!(row.acceptance, Acceptance::PartlyRefused);
    assert_eq!((row.counts.accolti, row.counts.scartati), (2, 1));
}

#[test]
fn a_discarded_file_goes_on_document_by_document() {
    for stato in [5, 9] {
        let mut site = by_file();
        fault(&mut site, Fault::FileState { stato }, Operation::InviaFileMtom, 1);
        send_all(&mut site, &["1", "2", "3"]);
        site.rest(2);
        for id in ["1", "2", "3"] {
            assert!(is_there(&mut site, id));
        }
        assert_eq!(count(&site, |e| matches!(e, EventKind::FileDiscarded { .. })), 1);
        all_settled(&mut site);
    }
}

#[test]
fn a_file_discarded_after_a_loss_costs_its_bad_document_alone() {
    let mut site = commercialista();
    fault(&mut site, Fault::LostBeforeStoring, Operation::InviaFileMtom, 1);
    for id in ["1", "2", "3"] {
        save(&mut site, visit(id, "60.00"));
    }
    let key = DocumentKey { p_iva: "99900161003".to_owned(), ..stored_key("2") };
    let rule = FaultRule::next(Fault::FileState { stato: 5 }).on(key).times(1_000);
    assert!(site.world.add_fault(rule));
    let ids = ["1", "2", "3"].map(str::to_owned).to_vec();
    let what = sts_core::command::Selection::Ids(ids);
    site.command(Command::Send { what }).unwrap();
    site.rest(10);
    assert!(is_there(&mut site, "1") && is_there(&mut site, "3"));
    assert_eq!(state(&mut site, "2"), DocumentState::Refused);
    assert!(files(&site) < 8, "{}", files(&site));
    all_settled(&mut site);
}

#[test]
fn a_file_in_work_for_days_is_asked_for_and_nothing_is_sent_twice() {
    for stato in [0, 1] {
        let mut site = by_file();
        fault(&mut site, Fault::FileState { stato }, Operation::InviaFileMtom, 1);
        send_all(&mut site, &["1", "2"]);
        let rounds = site.rest(30);
        assert!(rounds < 400, "{rounds}");
        assert_eq!(state(&mut site, "1"), DocumentState::HandedIn);
        assert_eq!(files(&site), 1);
    }
}

#[test]
fn what_is_edited_or_deleted_while_it_is_handed_in_follows_its_outcome() {
    let mut site = by_file();
    send_all(&mut site, &["1", "2", "3"]);
    assert_eq!(state(&mut site, "1"), DocumentState::HandedIn);
    save(&mut site, stage::invoice_of("1", "1", "61.00"));
    assert_eq!(change(&mut site, Change::Delete, "2"), ChangeOutcome::UnderWay);
    save(&mut site, stage::invoice("3", "3-bis"));
    site.rest(3);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SP"], 6_100);
    assert!(stored(&site, "2").is_none());
    assert_eq!(state(&mut site, "2"), DocumentState::Deleted);
    assert!(stored(&site, "3").is_none() && stored(&site, "3-bis").is_some());
    all_settled(&mut site);
}

#[test]
fn an_intermediary_varies_and_cancels_by_file_and_alone() {
    let mut site = commercialista();
    for id in ["1", "2"] {
        save(&mut site, visit(id, "60.00"));
        send(&mut site, id);
    }
    site.rest(2);
    assert!(is_there(&mut site, "1") && is_there(&mut site, "2"));
    save(&mut site, visit("1", "61.00"));
    assert_eq!(change(&mut site, Change::Cancel, "2"), ChangeOutcome::Queued);
    site.rest(2);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SR"], 6_100);
    assert!(stored(&site, "2").is_none());
    assert_eq!(state(&mut site, "2"), DocumentState::Cancelled);
    let alone = stage::registry(&mut site).into_iter().filter(|row| row.documents.len() == 1);
    assert!(alone.count() >= 2);
    all_settled(&mut site);
}

#[test]
fn what_an_intermediary_adopted_can_be_cancelled_by_file() {
    let mut first = commercialista();
    save(&mut first, visit("1", "60.00"));
    send(&mut first, "1");
    first.rest(2);
    let mut site = commercialista();
    site.world = first.world.clone();
    save(&mut site, visit("1", "75.00"));
    let month = sts_core::command::Month { anno: 2026, mese: 11 };
    let apply = sts_core::command::Apply::Adopt;
    site.command(Command::Compare { month, apply }).unwrap();
    assert_eq!(state(&mut site, "1"), DocumentState::ChangedAfterSending);
    assert_eq!(change(&mut site, Change::Cancel, "1"), ChangeOutcome::Queued);
    site.rest(2);
    assert_eq!(state(&mut site, "1"), DocumentState::Cancelled);
    assert!(stored(&site, "1").is_none());
}

#[test]
fn a_body_hands_in_files_and_a_person_tells_what_became_of_them() {
    let mut site = body();
    for id in ["1", "2"] {
        save(&mut site, visit(id, "60.00"));
        assert_eq!(send(&mut site, id), QueueOutcome::Queued);
    }
    assert!(site.rest(10) < 50);
    assert_eq!(state(&mut site, "1"), DocumentState::HandedIn);
    // Seen on the portal: it is not there.
    assert_eq!(change(&mut site, Change::Resend, "1"), ChangeOutcome::Queued);
    assert!(site.rest(10) < 50);
    assert_eq!(files(&site), 3);
    assert_eq!(state(&mut site, "1"), DocumentState::HandedIn);
}

#[test]
fn a_file_of_a_body_whose_answer_is_lost_is_in_a_persons_hands_and_not_being_sent() {
    let mut site = body();
    fault(&mut site, Fault::LostBeforeStoring, Operation::InviaFileMtom, 1);
    save(&mut site, visit("1", "60.00"));
    send(&mut site, "1");
    assert!(site.rest(10) < 50);
    assert_eq!(state(&mut site, "1"), DocumentState::Unknown);
    assert_eq!(change(&mut site, Change::Resend, "1"), ChangeOutcome::Queued);
    site.rest(1);
    assert_eq!(state(&mut site, "1"), DocumentState::HandedIn);
    let rows = stage::registry(&mut site);
    assert_eq!(rows[0].transmission, Transmission::Answered);
    assert_eq!(rows[1].transmission, Transmission::Lost);
}

#[test]
fn a_persons_word_lets_a_body_vary_and_cancel_what_it_handed_in() {
    let mut site = body();
    for id in ["1", "2", "3"] {
        save(&mut site, visit(id, "60.00"));
        send(&mut site, id);
        site.rest(1);
    }
    save(&mut site, visit("1", "61.00"));
    assert_eq!(change(&mut site, Change::Resync, "1"), ChangeOutcome::NotAvailable);
    match site.command(Command::Status { id: "1".to_owned() }) {
        Ok(Answer::Status { status: Some(status) }) => assert!(status.it.contains("portale")),
        other => panic!("{other:?}"),
    }
    assert_eq!(change(&mut site, Change::Update, "1"), ChangeOutcome::Queued);
    assert_eq!(change(&mut site, Change::Cancel, "2"), ChangeOutcome::Queued);
    assert_eq!(change(&mut site, Change::Delete, "3"), ChangeOutcome::Queued);
    assert!(site.rest(10) < 50);
    site.world.advance(site.now.0 + super::DAY);
    assert_eq!(stored(&site, "1").unwrap().totals_cents["SR"], 6_100);
    assert!(stored(&site, "2").is_none() && stored(&site, "3").is_none());
}

#[test]
fn a_body_that_met_silence_thrice_can_go_on_by_a_persons_word() {
    let mut site = body();
    fault(&mut site, Fault::LostBeforeStoring, Operation::InviaFileMtom, 3);
    for id in ["1", "2", "3", "4"] {
        save(&mut site, visit(id, "60.00"));
        send(&mut site, id);
    }
    site.rest(10);
    assert_eq!(count(&site, |e| matches!(e, EventKind::CredentialsSuspect)), 1);
    let test = Command::TestCredentials { again: false };
    let Ok(Answer::Testing { outcome }) = site.command(test) else { panic!("answered") };
    assert_eq!(outcome, Testing::WithNextFile);
    site.rest(1);
    assert_eq!(state(&mut site, "4"), DocumentState::HandedIn);
}
