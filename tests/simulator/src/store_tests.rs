//! The rules on documents, each through the sync service (PROTOCOL sections 5.4 and 5.5).

use crate::testing::{ACCREDITATA, Bench, Doc, FARMACIA, MEDICO, OTHER_PATIENT};
use crate::*;

/// What a fresh world says to one insertion.
fn insert(user: &str, doc: &Doc) -> String {
    Bench::new("2026-03-10").called_by(user).insert(doc).brief()
}

fn mine(change: impl FnOnce(&mut Doc)) -> String {
    insert(testing::PSICOLOGO, &Doc::new("1").with(change))
}

#[test]
fn an_existing_key_is_refused_with_s017() {
    let mut bench = Bench::new("2026-03-10");
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "0 0");
    assert_eq!(bench.insert(&Doc::new("1").costs("SP", "1.00")).brief(), "1 S017");
}

#[test]
fn a_variation_replaces_the_content_and_needs_the_document() {
    let mut bench = Bench::new("2026-03-10");
    let changed = Doc::new("1").costs("SP", "70.50");
    assert_eq!(bench.vary(&changed).brief(), "1 S022");
    bench.insert(&Doc::new("1"));
    assert_eq!(bench.vary(&changed).brief(), "0 0");
    let view = bench.world.document(&changed.key()).unwrap();
    assert_eq!((view.totals_cents["SP"], view.tipo_invio, view.times_inserted), (7050, 'V', 1));
}

#[test]
fn a_cancellation_needs_a_live_document_and_the_query_still_shows_it() {
    let mut bench = Bench::new("2026-03-10");
    assert_eq!(bench.cancel(&Doc::new("1")).brief(), "1 S022");
    bench.insert(&Doc::new("1"));
    assert_eq!(bench.cancel(&Doc::new("1")).brief(), "0 0");
    assert_eq!(bench.cancel(&Doc::new("1")).brief(), "1 S022");
    assert_eq!(bench.vary(&Doc::new("1")).brief(), "1 S022");
    assert_eq!(bench.query(&Doc::new("1")).brief(), "2 0 W010");
}

#[test]
fn a_cancelled_key_can_be_taken_again_unless_the_setting_says_no() {
    let mut bench = Bench::new("2026-03-10");
    bench.insert(&Doc::new("1"));
    bench.cancel(&Doc::new("1"));
    let mut strict = bench.clone();
    assert_eq!(bench.insert(&Doc::new("1")).brief(), "0 0");
    assert_eq!(bench.world.documents()[0].times_inserted, 2);
    let settings = Settings { reinsert_after_cancellation: false, ..Settings::default() };
    strict.world.set_settings(settings);
    assert_eq!(strict.insert(&Doc::new("1")).brief(), "1 S017");
}

#[test]
fn a_refund_needs_its_original_and_equal_dates_and_shows_on_the_original() {
    let mut bench = Bench::new("2026-03-10");
    let (original, refund) = (Doc::new("1"), Doc::new("R1").costs("SP", "5.50"));
    assert_eq!(bench.refund(&original, &refund).brief(), "1 S908");
    bench.insert(&original);
    let late = refund.clone().with(|d| d.pagamento = "2026-03-02".into());
    assert_eq!(bench.refund(&original, &late).brief(), "1 S907");
    assert_eq!(bench.refund(&original, &refund).brief(), "0 0");
    assert_eq!(bench.refund(&original, &refund).brief(), "1 S017");
    let answer = bench.query(&original);
    assert_eq!(answer.all("importo"), ["90.0", "5.5"]);
    assert!(answer.text.contains("<totaliVociSpesaRimborsate><tipoSpesa>SP</tipoSpesa>"));
    let again = Doc::new("R2");
    assert_eq!(bench.refund(&refund, &again).brief(), "1 S915", "a refund of a refund");
}

#[test]
fn a_document_with_a_linked_refund_cannot_be_changed_until_the_refund_is_cancelled() {
    let mut bench = Bench::new("2026-03-10");
    let (original, refund) = (Doc::new("1"), Doc::new("R1"));
    bench.insert(&original);
    bench.refund(&original, &refund);
    assert_eq!(bench.vary(&original).brief(), "1 S909");
    assert_eq!(bench.cancel(&original).brief(), "1 S909");
    assert_eq!(bench.cancel(&refund).brief(), "0 0");
    assert_eq!(bench.query(&original).all("totaliVociSpesaRimborsate").len(), 0);
    assert_eq!(bench.cancel(&original).brief(), "0 0");
}

#[test]
fn another_owner_neither_sees_nor_changes_a_document() {
    let mut bench = Bench::new("2026-03-10");
    bench.insert(&Doc::new("1"));
    let mut other = bench.called_by(MEDICO);
    assert_eq!(other.query(&Doc::new("1")).brief(), "1 WS96");
    assert_eq!(other.cancel(&Doc::new("1")).brief(), "1 S022");
    assert_eq!(other.report("202603", "I").brief(), "1 WS96");
}

#[test]
fn a_formally_wrong_citizen_is_refused_and_an_unknown_one_is_remarked() {
    assert_eq!(mine(|d| d.cf = Some("PZNPRV90E55X999A".into())), "1 S011");
    let mut setup = Setup::default();
    setup.settings.citizens = Citizens::Except([OTHER_PATIENT.to_owned()].into());
    let mut bench = Bench::from(setup, "2026-03-10");
    assert_eq!(bench.insert(&Doc::new("1").of(OTHER_PATIENT)).brief(), "2 0 W003");
    assert_eq!(bench.insert(&Doc::new("2")).brief(), "0 0");
}

#[test]
fn a_second_document_of_a_citizen_on_one_day_is_remarked_while_the_first_lives() {
    let mut bench = Bench::new("2026-03-10");
    bench.insert(&Doc::new("1"));
    assert_eq!(bench.insert(&Doc::new("2")).brief(), "2 0 W014");
    assert_eq!(bench.insert(&Doc::new("3").of(OTHER_PATIENT)).brief(), "0 0");
    assert_eq!(bench.insert(&Doc::new("4").on("2026-03-02")).brief(), "0 0");
    bench.cancel(&Doc::new("1"));
    bench.cancel(&Doc::new("2"));
    assert_eq!(bench.insert(&Doc::new("5")).brief(), "0 0");
}

#[test]
fn opposition_and_citizen_exclude_each_other() {
    assert_eq!(mine(|d| d.opposizione = Some("1".into())), "1 S901");
    assert_eq!(mine(|d| d.cf = None), "1 S902");
    let opposed = |d: &mut Doc| {
        d.opposizione = Some("1".into());
        d.cf = None;
    };
    assert_eq!(mine(opposed), "0 0");
    assert_eq!(mine(|d| d.opposizione = None), "0 0");
}

#[test]
fn the_fields_of_2020_are_mandatory_for_payments_from_2021() {
    assert_eq!(mine(|d| d.tipo = None), "1 S904");
    assert_eq!(mine(|d| d.voci[0].iva = String::new()), "1 S903");
    let old = Doc::new("1").on("2020-12-23").with(|d| {
        d.tipo = None;
        d.opposizione = None;
        d.voci[0].iva = String::new();
    });
    assert_eq!(Bench::new("2020-12-28").insert(&old).brief(), "0 0");
}

#[test]
fn traced_payment_is_mandatory_but_for_medicines_devices_and_accredited_structures() {
    assert_eq!(mine(|d| d.tracciato = None), "1 S905");
    let untraced = |tipo: &str| Doc::new("1").costs(tipo, "9.00").with(|d| d.tracciato = None);
    for tipo in ["TK", "FC", "AD", "FV"] {
        assert_eq!(insert(FARMACIA, &untraced(tipo)), "0 0", "{tipo}");
    }
    assert_eq!(insert(FARMACIA, &untraced("AS")), "1 S905");
    assert_eq!(insert(ACCREDITATA, &untraced("SR")), "0 0");
}

#[test]
fn natura_depends_on_the_kind_of_document() {
    let natura = |tipo: &str, natura: &str| {
        mine(|d| {
            d.tipo = Some(tipo.into());
            d.voci[0].iva = format!("<naturaIVA>{natura}</naturaIVA>");
        })
    };
    for right in [("F", "N4"), ("F", "N2.2"), ("F", "N7"), ("D", "N2"), ("F", "N6.9")] {
        assert_eq!(natura(right.0, right.1), "0 0", "{right:?}");
    }
    for wrong in [("D", "N2.2"), ("D", "N7"), ("F", "N8"), ("F", "N4.1"), ("F", "N2.3")] {
        assert_eq!(natura(wrong.0, wrong.1), "1 S911", "{wrong:?}");
    }
}

#[test]
fn payment_precedes_issue_only_with_its_flag() {
    let early = |anticipato| {
        mine(|d| {
            d.pagamento = "2026-02-20".into();
            d.anticipato = anticipato;
        })
    };
    assert_eq!(early(false), "1 S906");
    assert_eq!(early(true), "0 0");
}

#[test]
fn flags_belong_to_their_expense_type() {
    let flagged = |tipo: &str, flag: &str| {
        let doc = Doc::new("1").costs(tipo, "9.00").with(|d| d.voci[0].flag = Some(flag.into()));
        insert(ACCREDITATA, &doc)
    };
    assert_eq!(flagged("TK", "1"), "0 0");
    assert_eq!(flagged("SR", "2"), "0 0");
    assert_eq!(flagged("SR", "1"), "1 S912");
    assert_eq!(flagged("TK", "2"), "1 S912");
}

#[test]
fn health_professions_send_only_their_expense_types() {
    assert_eq!(mine(|d| d.voci[0].tipo = "SR".into()), "1 S910");
    assert_eq!(mine(|d| d.voci[0].tipo = "AA".into()), "0 0");
    assert_eq!(insert("FSTPRV88H44X999M", &Doc::new("1").costs("AA", "9.00")), "1 S910");
    // The other rows of the table are not certain, so they are enforced on request only.
    let ticket = Doc::new("1").costs("FC", "9.00");
    assert_eq!(insert(MEDICO, &ticket), "0 0");
    let mut setup = Setup::default();
    setup.settings.expense_types = ExpenseTypes::Table;
    assert_eq!(
        Bench::from(setup, "2026-03-10").called_by(MEDICO).insert(&ticket).brief(),
        "1 S910"
    );
}

#[test]
fn amounts_are_positive_and_have_at_most_five_digits() {
    for importo in ["0", "-1", "NaN", "INF", "100000", "0.001"] {
        assert_eq!(mine(|d| d.voci[0].importo = importo.into()), "1 S913", "{importo}");
    }
    for importo in ["25.3", "10", "99999.99", "1e2"] {
        assert_eq!(mine(|d| d.voci[0].importo = importo.into()), "0 0", "{importo}");
    }
}

#[test]
fn the_tax_year_decides_between_in_time_late_and_closed() {
    let on = |today: &str| {
        let doc = Doc::new("1").on("2025-06-01");
        Bench::new(today).insert(&doc).brief()
    };
    assert_eq!(on("2026-01-20"), "0 0");
    assert_eq!(on("2026-02-05"), "2 0 W008");
    assert_eq!(on("2026-02-10"), "1 S035");
    let next_year = Doc::new("1").on("2027-01-01");
    assert_eq!(Bench::new("2026-12-31").insert(&next_year).brief(), "1 S035");
}

#[test]
fn veterinarians_have_a_later_deadline_and_pharmacies_do_not() {
    let on = |user: &str, today: &str| {
        let doc = Doc::new("1").on("2025-06-01").costs("FV", "9.00");
        Bench::new(today).called_by(user).insert(&doc).brief()
    };
    let veterinarian = "VTRPRV72D52X999J";
    assert_eq!(on(veterinarian, "2026-03-16"), "0 0");
    assert_eq!(on(veterinarian, "2026-03-17"), "2 0 W008");
    assert_eq!(on(veterinarian, "2026-03-24"), "1 S035");
    assert_eq!(on(FARMACIA, "2026-03-16"), "1 S035");
}

#[test]
fn a_closed_year_takes_no_cancellation_and_no_variation() {
    let mut bench = Bench::new("2026-03-10");
    bench.insert(&Doc::new("1"));
    bench.now_ms = instant("2027-06-01").unwrap();
    assert_eq!(bench.cancel(&Doc::new("1")).brief(), "1 S035");
    assert_eq!(bench.vary(&Doc::new("1")).brief(), "1 S035");
}

#[test]
fn a_citizen_that_cannot_be_decrypted_is_refused() {
    let mut bench = Bench::new("2026-03-10");
    let document = bench.sync_document(&Doc::new("1"), "idInserimentoDocumentoFiscale");
    let start = document.find("<cfCittadino>").unwrap() + "<cfCittadino>".len();
    let document = format!("{}AAAA{}", &document[..start], &document[start + 4..]);
    let payload = bench.sync_payload("inserimento", &document);
    assert_eq!(bench.send(Operation::Inserimento, &payload).brief(), "1 S914");
}
