//! Access, faults and determinism of the world as a whole.

use crate::testing::{Bench, Doc, PATIENT, PSICOLOGO};
use crate::*;

const FAULT: &str = "Errore generico di autenticazione";

#[test]
fn an_accepted_document_is_stored_with_what_was_sent() {
    let mut bench = Bench::new("2026-03-10");
    let doc = Doc::new("1");
    let answer = bench.insert(&doc);
    assert_eq!(answer.brief(), "0 0");
    assert_eq!(answer.field("protocollo").len(), 17);
    let view = bench.world.document(&doc.key()).unwrap();
    assert_eq!(view.protocollo, answer.field("protocollo"));
    assert_eq!(view.totals_cents["SP"], 9000);
    assert_eq!(bench.world.cittadino_in_clear(&doc.key()), Some(PATIENT));
    assert_eq!(view.cittadino, Some(bench.world.digest(PATIENT)));
}

#[test]
fn the_same_seed_and_requests_give_the_same_bytes() {
    let run = || {
        let mut bench = Bench::new("2026-03-10");
        let mut bytes = bench.insert(&Doc::new("1")).text;
        bytes += &bench.send_file(&[("I", &Doc::new("2"), None)]).text;
        bench.now_ms += 3_600_000;
        bytes += &bench.report("202603", "I").text;
        bytes + &serde_json::to_string(&bench.world.documents()).unwrap()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_clone_is_another_world() {
    let mut bench = Bench::new("2026-03-10");
    let copy = bench.clone();
    bench.insert(&Doc::new("1"));
    assert_eq!(bench.world.documents().len(), 1);
    assert_eq!(copy.world.documents().len(), 0);
}

#[test]
fn eight_wrong_passwords_lock_the_user_and_the_right_one_comes_too_late() {
    let mut bench = Bench::new("2026-03-10");
    bench.password = Some("wrong".into());
    for n in 1..=8 {
        let answer = bench.insert(&Doc::new("1"));
        assert_eq!(answer.field("faultstring"), FAULT);
        assert_eq!(answer.reaction.answer().unwrap().status, 500);
        assert_eq!(bench.world.wrong_logins(PSICOLOGO), Some(n));
    }
    bench.password = None;
    assert_eq!(bench.insert(&Doc::new("1")).field("faultstring"), FAULT);
    assert_eq!(bench.world.user(PSICOLOGO).unwrap().stato, Stato::Bloccato);
}

#[test]
fn a_right_password_restarts_the_count() {
    let mut bench = Bench::new("2026-03-10");
    bench.password = Some("wrong".into());
    (0..7).for_each(|_| drop(bench.insert(&Doc::new("1"))));
    bench.password = None;
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "0 0");
    assert_eq!(bench.world.wrong_logins(PSICOLOGO), Some(0));
}

#[test]
fn a_password_in_another_charset_counts_as_wrong() {
    use base64::Engine as _;
    let mut bench = Bench::new("2026-03-10");
    let mut request = bench.request(Operation::Inserimento, "<x/>");
    let token = [PSICOLOGO.as_bytes(), b":\xe8\xe8"].concat();
    let token = base64::engine::general_purpose::STANDARD.encode(token);
    request.headers.insert(0, ("Authorization".into(), format!("Basic {token}")));
    bench.world.handle(bench.now_ms, &request);
    assert_eq!(bench.world.wrong_logins(PSICOLOGO), Some(1));
}

#[test]
fn a_wrong_password_can_hang_as_the_test_host_does() {
    let mut setup = Setup::default();
    setup.settings.wrong_password = WrongPassword::Hang;
    let mut bench = Bench::from(setup, "2026-03-10");
    bench.password = Some("wrong".into());
    assert_eq!(bench.insert(&Doc::new("1")).reaction, Reaction::Hang);
}

#[test]
fn expired_and_disabled_users_meet_the_authentication_fault() {
    for stato in [Stato::PasswordScaduta, Stato::Disabilitato, Stato::Bloccato] {
        let mut bench = Bench::new("2026-03-10");
        let user = User { stato, ..bench.world.user(PSICOLOGO).unwrap().clone() };
        bench.world.set_user(user);
        assert_eq!(bench.insert(&Doc::new("1")).field("faultstring"), FAULT, "{stato:?}");
    }
}

#[test]
fn without_credentials_nothing_is_served() {
    let mut bench = Bench::new("2026-03-10");
    let payload = bench.sync_payload("inserimento", "");
    let mut request = bench.request(Operation::Inserimento, &payload);
    request.headers.retain(|(name, _)| name != "Authorization");
    let reaction = bench.world.handle(bench.now_ms, &request);
    assert!(reaction.answer().unwrap().text().contains(FAULT));
}

#[test]
fn pincode_failures_have_their_codes() {
    let mut bench = Bench::new("2026-03-10");
    bench.pincode = Some("1111111111".into());
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "1 104");
    bench.pincode = None;
    let clear = "<pincode>9000000001</pincode>";
    let payload = bench.sync_document(&Doc::new("1"), "idInserimentoDocumentoFiscale");
    let payload = bench.sync_payload("inserimento", &payload);
    let start = payload.find("<pincode>").unwrap();
    let end = payload.find("</pincode>").unwrap() + "</pincode>".len();
    let payload = format!("{}{clear}{}", &payload[..start], &payload[end..]);
    assert_eq!(bench.send(Operation::Inserimento, &payload).brief(), "1 002");
    let mut user = bench.world.user(PSICOLOGO).unwrap().clone();
    user.pincode_revocato = true;
    bench.world.set_user(user);
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "1 005");
    assert!(bench.world.documents().is_empty());
}

#[test]
fn another_owner_is_refused_with_the_code_of_the_category() {
    for (user, code) in
        [(PSICOLOGO, "1 010"), (testing::MEDICO, "1 004"), (testing::FARMACIA, "1 110")]
    {
        let mut bench = Bench::new("2026-03-10").called_by(user);
        bench.cf_proprietario = Some(PATIENT.into());
        assert_eq!(bench.insert(&Doc::new("1")).brief(), code, "{user}");
    }
}

#[test]
fn a_request_that_violates_the_schema_is_a_fault_that_names_the_element() {
    let mut bench = Bench::new("2026-03-10");
    let payload = bench.sync_payload("inserimento", "");
    let answer = bench.send(Operation::Inserimento, &payload);
    assert_eq!(answer.reaction.answer().unwrap().status, 500);
    assert!(answer.field("faultstring").contains("idInserimentoDocumentoFiscale"));
    let answer = bench.insert(&Doc::new("num\u{e8}ro"));
    assert!(answer.field("faultstring").starts_with("cvc-datatype-valid"));
}

#[test]
fn rotating_the_key_makes_old_ciphertexts_undecipherable() {
    let mut bench = Bench::new("2026-03-10");
    let payload = bench.sync_document(&Doc::new("1"), "idInserimentoDocumentoFiscale");
    let payload = bench.sync_payload("inserimento", &payload);
    let out =
        std::process::Command::new("openssl").args(["genrsa", "-traditional", "1024"]).output();
    let pem = String::from_utf8(out.expect("openssl is installed").stdout).unwrap();
    bench.world.set_private_key(&pem).unwrap();
    assert_eq!(bench.send(Operation::Inserimento, &payload).brief(), "1 002");
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "0 0");
}

#[test]
fn a_lost_answer_before_storing_stores_nothing_and_after_storing_stores_once() {
    let mut bench = Bench::new("2026-03-10");
    bench.fault(FaultRule::next(Fault::LostBeforeStoring));
    assert_eq!(bench.insert(&Doc::new("1")).reaction, Reaction::ResetBeforeAnswer);
    assert!(bench.world.documents().is_empty());
    bench.fault(FaultRule::next(Fault::LostAfterStoring));
    assert_eq!(bench.insert(&Doc::new("1")).reaction, Reaction::ResetBeforeAnswer);
    assert_eq!(bench.world.documents()[0].times_inserted, 1);
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "1 S017");
    assert_eq!(bench.world.documents()[0].times_inserted, 1);
}

#[test]
fn every_fault_does_what_it_says_and_stores_only_when_it_says_so() {
    let stored = |fault: Fault| {
        let mut bench = Bench::new("2026-03-10");
        bench.fault(FaultRule::next(fault));
        let answer = bench.insert(&Doc::new("1"));
        (answer, bench.world.documents().len())
    };
    let (answer, n) = stored(Fault::Hang { after_storing: false });
    assert_eq!((answer.reaction, n), (Reaction::Hang, 0));
    let (answer, n) = stored(Fault::Hang { after_storing: true });
    assert_eq!((answer.reaction, n), (Reaction::Hang, 1));
    let (answer, n) = stored(Fault::ResetMidBody { bytes: 9 });
    assert!(matches!(answer.reaction, Reaction::ResetMidBody { bytes: 9, .. }) && n == 1);
    let (answer, n) = stored(Fault::Truncated { bytes: 9 });
    assert!(matches!(answer.reaction, Reaction::Truncate { bytes: 9, .. }) && n == 1);
    let (answer, n) = stored(Fault::Oversized { bytes: 1 << 30 });
    assert!(matches!(answer.reaction, Reaction::Oversize { bytes, .. } if bytes == 1 << 30));
    assert_eq!(n, 1);
    let (answer, n) = stored(Fault::Slow { ms: 5 });
    assert!(matches!(answer.reaction, Reaction::Slow { ms: 5, .. }) && n == 1);
    for status in [500, 503] {
        for after_storing in [false, true] {
            let (answer, n) = stored(Fault::Http { status, after_storing });
            assert_eq!(answer.reaction.answer().unwrap().status, status);
            assert_eq!(n, usize::from(after_storing));
        }
    }
    let (answer, n) = stored(Fault::Maintenance);
    assert!(answer.text.starts_with("<!DOCTYPE html>") && n == 0);
    let (answer, n) = stored(Fault::AuthenticationFault);
    assert_eq!((answer.field("faultstring").as_str(), n), (FAULT, 0));
    let (answer, n) = stored(Fault::InternalError);
    assert_eq!((answer.field("faultstring").as_str(), n), ("Internal Error", 0));
    for (after_storing, count) in [(false, 0), (true, 1)] {
        let (answer, n) = stored(Fault::Ws99 { after_storing });
        assert_eq!((answer.brief().as_str(), n), ("1 WS99", count));
        let (answer, n) = stored(Fault::Code200 { after_storing });
        assert_eq!((answer.brief().as_str(), n), ("1 200", count));
    }
    let (answer, n) = stored(Fault::ClosedYear);
    assert_eq!((answer.brief().as_str(), n), ("1 S035", 0));
    let (answer, n) = stored(Fault::Late);
    assert_eq!((answer.brief().as_str(), n), ("2 0 W008", 1));
    let code = |codice: &str| Fault::Code {
        codice: codice.into(),
        descrizione: Some("x".into()),
        tipo: None,
    };
    let (answer, n) = stored(code("S003"));
    assert_eq!((answer.brief().as_str(), n), ("1 S003", 0));
    let (answer, n) = stored(code("W007"));
    assert_eq!((answer.brief().as_str(), n), ("2 0 W007", 1));
}

#[test]
fn an_answer_in_the_wrong_charset_is_not_utf8() {
    let mut bench = Bench::new("2026-03-10");
    bench.fault(FaultRule::next(Fault::WrongCharset));
    let answer = bench.insert(&Doc::new("1"));
    let body = &answer.reaction.answer().unwrap().body;
    assert!(std::str::from_utf8(body).is_err());
    assert!(body.contains(&0xe9));
}

#[test]
fn expiring_and_locking_by_fault_last() {
    for (fault, stato) in
        [(Fault::ExpirePassword, Stato::PasswordScaduta), (Fault::LockUser, Stato::Bloccato)]
    {
        let mut bench = Bench::new("2026-03-10");
        bench.fault(FaultRule::next(fault));
        (0..2).for_each(|_| assert_eq!(bench.insert(&Doc::new("1")).field("faultstring"), FAULT));
        assert_eq!(bench.world.user(PSICOLOGO).unwrap().stato, stato);
    }
}

#[test]
fn a_fault_on_one_document_leaves_the_others_alone() {
    let mut bench = Bench::new("2026-03-10");
    bench.fault(FaultRule::next(Fault::ClosedYear).on(Doc::new("2").key()));
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "0 0");
    assert_eq!(bench.insert(&Doc::new("2")).brief(), "1 S035");
    assert_eq!(bench.insert(&Doc::new("2").of(testing::OTHER_PATIENT)).brief(), "0 0");
}

#[test]
fn listings_and_debug_show_no_tax_code_and_no_secret() {
    let mut bench = Bench::new("2026-03-10");
    bench.password = Some("Segreta.1".into());
    bench.insert(&Doc::new("1"));
    bench.password = None;
    let mut rule = FaultRule::next(Fault::Late).times(9);
    rule.user = Some(PSICOLOGO.into());
    bench.fault(rule);
    bench.insert(&Doc::new("1"));
    bench.send_file(&[("I", &Doc::new("2"), None)]);
    let world = &bench.world;
    let log: Vec<&LogEntry> = world.log().collect();
    let request = bench.request(Operation::Inserimento, PATIENT);
    let all = [
        serde_json::to_string(&world.documents()).unwrap(),
        serde_json::to_string(&world.transmissions(bench.now_ms)).unwrap(),
        serde_json::to_string(&world.users()).unwrap(),
        serde_json::to_string(&world.faults()).unwrap(),
        serde_json::to_string(&log).unwrap(),
        format!("{world:?} {:?} {:?} {request:?}", world.user(PSICOLOGO), Setup::default()),
    ]
    .concat();
    for secret in [PATIENT, PSICOLOGO, "Segreta.1", "Prova.0000", "9000000001", "Basic"] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn the_log_is_bounded_in_calls_and_in_keys() {
    let mut bench = Bench::new("2026-03-10");
    bench.world.set_settings(Settings { log_limit: 3, ..Settings::default() });
    let id = "<a><pIva>99900011000</pIva><dataEmissione>2026-03-01</dataEmissione>\
              <numDocumentoFiscale><dispositivo>1</dispositivo><numDocumento>1</numDocumento>\
              </numDocumentoFiscale></a>";
    let payload = format!(
        "<inserimentoDocumentoSpesaRequest>{}</inserimentoDocumentoSpesaRequest>",
        id.repeat(50)
    );
    (0..9).for_each(|_| drop(bench.send(Operation::Inserimento, &payload)));
    let kept: Vec<(u64, usize)> = bench.world.log().map(|e| (e.n, e.documents.len())).collect();
    assert_eq!(kept, [(6, 4), (7, 4), (8, 4)]);
}
