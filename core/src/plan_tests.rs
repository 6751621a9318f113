//! One test for each row of the planner's table.

use super::*;
use crate::domain::{Dispositivo, NumDocumento, PartitaIva, Strictness};

fn key(number: &str) -> IdSpesa {
    IdSpesa {
        p_iva: PartitaIva::parse("99900011000", Strictness::Kit).unwrap(),
        data_emissione: Data::new(2026, 3, 1).unwrap(),
        dispositivo: Dispositivo::INVOICE,
        num_documento: NumDocumento::parse(number).unwrap(),
    }
}

/// A scene that a test changes in one place.
struct Scene {
    wanted: Option<(IdSpesa, u16, &'static str)>,
    present: Option<(IdSpesa, u16, &'static str)>,
    undecided: bool,
    cancelled: bool,
    refused: bool,
    refund_of: Option<IdSpesa>,
    opposed: (bool, bool),
    refunds: Vec<IdSpesa>,
    original: Original,
    closed: Option<u16>,
}

/// A document wanted and not there.
fn scene() -> Scene {
    Scene {
        wanted: Some((key("1"), 2026, "new")),
        present: None,
        undecided: false,
        cancelled: false,
        refused: false,
        refund_of: None,
        opposed: (false, false),
        refunds: Vec::new(),
        original: Original::There,
        closed: None,
    }
}

/// A document there, in the content before an edit.
fn edited() -> Scene {
    Scene { present: Some((key("1"), 2026, "old")), ..scene() }
}

impl Scene {
    fn check(&self, code: &str, steps: &[(Planned, &str)]) {
        self.check_there(None, code, steps);
    }

    fn check_there(&self, there: Option<There<'_>>, code: &str, steps: &[(Planned, &str)]) {
        fn content<'a>(
            (id_spesa, year, fingerprint): &'a (IdSpesa, u16, &'static str),
            refund_of: Option<&'a IdSpesa>,
            opposed: bool,
        ) -> Content<'a> {
            let data_pagamento = Data::new(*year, 3, 1).unwrap();
            Content { id_spesa, data_pagamento, fingerprint, refund_of, opposed }
        }
        let refund_of = self.refund_of.as_ref();
        let wish = match &self.wanted {
            _ if self.undecided => Wish::Undecided,
            Some(wanted) => Wish::Content(content(wanted, refund_of, self.opposed.1)),
            None => Wish::Nothing,
        };
        let there = there.unwrap_or(match &self.present {
            Some(present) => There::Present(content(present, refund_of, self.opposed.0)),
            None if self.cancelled => There::Cancelled,
            None => There::Nothing,
        });
        let closed = |day: Data| Some(day.anno()) == self.closed;
        let (refused, refunds, original) = (self.refused, &self.refunds[..], self.original);
        let closed = &closed;
        let plan = super::plan(&Situation { wish, there, refused, refunds, original, closed });
        let found: Vec<_> = plan
            .steps
            .iter()
            .map(|step| (step.operation, step.id_spesa.num_documento.as_str()))
            .collect();
        assert_eq!((plan.code, &found[..]), (code, steps));
        assert!(ROWS.contains(&code));
        assert!(plan.it.ends_with('.') && plan.en.ends_with('.'));
    }
}

use Planned::{Cancellazione, Inserimento, Query, Rimborso, Variazione};

#[test]
fn outcome_unknown() {
    let doubtful = key("1");
    let there = Some(There::Unknown(&doubtful));
    scene().check_there(there, "OUTCOME_UNKNOWN", &[(Query, "1")]);
    let deleted = Scene { wanted: None, ..scene() };
    deleted.check_there(there, "OUTCOME_UNKNOWN", &[(Query, "1")]);
}

#[test]
fn conflict() {
    scene().check_there(Some(There::Conflict), "CONFLICT", &[]);
}

#[test]
fn not_sendable() {
    Scene { undecided: true, ..scene() }.check("NOT_SENDABLE", &[]);
}

#[test]
fn held() {
    Scene { undecided: true, ..edited() }.check("HELD", &[]);
}

#[test]
fn nothing_there() {
    Scene { wanted: None, ..scene() }.check("NOTHING_THERE", &[]);
    Scene { wanted: None, cancelled: true, ..scene() }.check("NOTHING_THERE", &[]);
}

#[test]
fn year_closed_stops_every_change_and_nothing_else() {
    let closed = Some(2026);
    Scene { closed, ..scene() }.check("YEAR_CLOSED", &[]);
    Scene { closed, ..edited() }.check("YEAR_CLOSED", &[]);
    Scene { closed, wanted: None, ..edited() }.check("YEAR_CLOSED", &[]);
    let same = Some((key("1"), 2026, "new"));
    Scene { closed, present: same, ..scene() }.check("UP_TO_DATE", &[]);
    // Neither out of a closed year nor into it.
    let moved = Scene { wanted: Some((key("1"), 2027, "new")), ..edited() };
    Scene { closed, ..moved }.check("YEAR_CLOSED", &[]);
    let moved = Scene { wanted: Some((key("1"), 2025, "new")), ..edited() };
    Scene { closed: Some(2025), ..moved }.check("YEAR_CLOSED", &[]);
}

#[test]
fn not_wanted() {
    Scene { wanted: None, ..edited() }.check("NOT_WANTED", &[(Cancellazione, "1")]);
}

#[test]
fn not_wanted_with_a_linked_refund_cancels_that_first() {
    let refunded = Scene { wanted: None, refunds: vec![key("9")], ..edited() };
    refunded.check("NOT_WANTED", &[(Cancellazione, "9"), (Cancellazione, "1")]);
}

#[test]
fn original_first() {
    let refund = Scene { refund_of: Some(key("0")), original: Original::Moving, ..scene() };
    refund.check("ORIGINAL_FIRST", &[]);
}

#[test]
fn original_missing() {
    let refund = Scene { refund_of: Some(key("0")), original: Original::Missing, ..scene() };
    refund.check("ORIGINAL_MISSING", &[]);
}

#[test]
fn refund() {
    Scene { refund_of: Some(key("0")), ..scene() }.check("REFUND", &[(Rimborso, "1")]);
}

#[test]
fn insert_after_refusal() {
    let refused = Scene { refused: true, ..scene() };
    refused.check("INSERT_AFTER_REFUSAL", &[(Inserimento, "1")]);
}

#[test]
fn insert_again() {
    Scene { cancelled: true, ..scene() }.check("INSERT_AGAIN", &[(Inserimento, "1")]);
}

#[test]
fn insert() {
    scene().check("INSERT", &[(Inserimento, "1")]);
}

#[test]
fn step_aside() {
    let present = Some((key("1"), 2026, "new"));
    let refund_of = Some(key("0"));
    let refund = Scene { present, refund_of, original: Original::NeedsRoom, ..scene() };
    refund.check("STEP_ASIDE", &[(Cancellazione, "1"), (Rimborso, "1")]);
}

#[test]
fn step_aside_of_a_refund_that_is_not_in_order_sends_it_again_when_it_is() {
    let refund = Scene { refund_of: Some(key("0")), original: Original::NeedsRoom, ..edited() };
    Scene { undecided: true, ..refund }.check("STEP_ASIDE", &[(Cancellazione, "1")]);
}

#[test]
fn up_to_date() {
    Scene { present: Some((key("1"), 2026, "new")), ..scene() }.check("UP_TO_DATE", &[]);
}

#[test]
fn key_changed() {
    let moved = Scene { wanted: Some((key("2"), 2026, "new")), ..edited() };
    moved.check("KEY_CHANGED", &[(Cancellazione, "1"), (Inserimento, "2")]);
}

#[test]
fn key_changed_leaves_no_original_for_its_refunds() {
    let wanted = Some((key("2"), 2026, "new"));
    let steps = [(Cancellazione, "9"), (Cancellazione, "1"), (Inserimento, "2")];
    Scene { wanted, refunds: vec![key("9")], ..edited() }.check("KEY_CHANGED", &steps);
}

#[test]
fn year_changed() {
    let moved = Scene { wanted: Some((key("1"), 2027, "new")), ..edited() };
    moved.check("YEAR_CHANGED", &[(Cancellazione, "1"), (Inserimento, "1")]);
}

#[test]
fn refund_changed() {
    let steps = [(Cancellazione, "1"), (Rimborso, "1")];
    Scene { refund_of: Some(key("0")), ..edited() }.check("REFUND_CHANGED", &steps);
}

#[test]
fn opposition_given() {
    let given = Scene { opposed: (false, true), ..edited() };
    given.check("OPPOSITION_GIVEN", &[(Variazione, "1")]);
}

#[test]
fn opposition_withdrawn() {
    let withdrawn = Scene { opposed: (true, false), ..edited() };
    withdrawn.check("OPPOSITION_WITHDRAWN", &[(Variazione, "1")]);
}

#[test]
fn content_changed() {
    edited().check("CONTENT_CHANGED", &[(Variazione, "1")]);
}

#[test]
fn content_changed_with_a_linked_refund_cancels_that_first_and_sends_it_again() {
    let steps = [(Cancellazione, "9"), (Variazione, "1"), (Rimborso, "9")];
    Scene { refunds: vec![key("9")], ..edited() }.check("CONTENT_CHANGED", &steps);
}

#[test]
fn every_row_has_a_test_of_its_name() {
    let source = include_str!("plan_tests.rs");
    for row in ROWS {
        let name = format!("fn {}", row.to_lowercase());
        assert!(source.contains(&name), "{row} has no test");
    }
}
