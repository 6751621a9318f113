//! A psychologist in the flat-rate scheme: ENPAP 2 %, natura N2.2, stamp duty over 77.47 euro.

use serde_json::json;

use super::fattura::{Fattura, Iva, Linea, eur};
use super::persone::{Sesso, codice_fiscale, omocodia, partita_iva, persone, wrong_check_letter};
use super::{Practice, Studio, days, fix, out_of_scope, send, shifted, wait};

const FORFETTARIO: Iva = Iva::Natura("N2.2");

/// A session with the contribution, and the stamp charged where it is due: 75.95 with 2 % is the
/// last fee without.
fn seduta(fattura: Fattura, onorario: &str) -> Fattura {
    let fattura =
        fattura.linea(Linea::new(onorario, FORFETTARIO, Some("SP"))).cassa("TC21", "2.00");
    if fattura.totale() > eur("77.47") { fattura.bollo(true) } else { fattura }
}

pub(super) fn forfettaria() -> Practice {
    let mut s = Studio::professionista(
        "psicologo",
        "Psicologa in regime forfettario: contributo ENPAP 2 %, bollo addebitato oltre 77,47 euro",
        "psicologo",
        codice_fiscale("Finzione", "Olga", "1984-02-29", Sesso::F),
        partita_iva(401),
        |n| format!("{n}/2026"),
    );
    s.practice.policy = Some(json!({ "nonSanitaria": "exclude" }));
    let people = persone();

    let fees = ["60.00", "70.00", "75.00", "80.00", "90.00"];
    let means = ["MP05", "MP08", "MP01", "MP08"];
    for (i, date) in days("2026-01-12", "2026-11-16", 14).iter().enumerate() {
        let (fee, means) = (fees[i % fees.len()], means[i % means.len()]);
        // A transfer arrives two days after the invoice.
        let paid = if means == "MP05" { shifted(date, 2) } else { date.clone() };
        let f = seduta(s.fattura(date).per(&people[i % 12]), fee).saldata(&paid, means);
        let how = if means == "MP01" { "cash" } else { "traced" };
        s.case(format!("session, {how}"), send(), f);
    }

    let f = s
        .fattura("2026-03-04")
        .per(&people[12])
        .linea(Linea::new("70.00", FORFETTARIO, None))
        .cassa("TC21", "2.00")
        .saldata("2026-03-04", "MP08");
    s.case(
        "line without tipoSpesa: that of the category",
        send().noting(&["TIPO_SPESA_DEFAULTED"]),
        f,
    );

    let f = s
        .fattura("2026-03-05")
        .per(&people[12])
        .linea(Linea::new("100.00", FORFETTARIO, Some("SP")))
        .cassa("TC21", "2.00")
        .bollo(false)
        .saldata("2026-03-05", "MP08");
    s.case("stamp borne by the practice: not in the total", send(), f);

    let f = s
        .fattura("2026-03-06")
        .per(&people[12])
        .linea(Linea::new("75.95", FORFETTARIO, Some("SP")))
        .cassa("TC21", "2.00")
        .saldata("2026-03-06", "MP08");
    s.case("exactly 77.47: no stamp is due", send(), f);

    let f = seduta(s.fattura("2026-11-20").stato("bozza").per(&people[0]), "70.00");
    s.case("draft", wait(&["DRAFT", "UNPAID"]), f);

    let f = seduta(s.fattura("2026-05-07").stato("annullata").per(&people[1]), "70.00")
        .saldata("2026-05-07", "MP08");
    s.case("void", out_of_scope(&["VOID"]), f);

    let f = seduta(s.fattura("2026-10-22").per(&people[2]), "80.00").con_totale();
    s.case("unpaid", wait(&["UNPAID"]), f);

    let f = seduta(s.fattura("2026-10-23").per(&people[3]), "80.00").con_totale().paga(
        "2026-10-23",
        eur("40.00"),
        "MP01",
    );
    s.case("part paid", wait(&["PART_PAID"]), f);

    let f = seduta(s.fattura("2026-04-02").per(&people[4]), "100.00");
    let half = eur("50.00");
    let rest = f.totale().minus(half).expect("less than the total");
    let f = f.con_totale().paga("2026-04-02", half, "MP08").paga("2026-04-30", rest, "MP01");
    s.case(
        "mixed traced and cash: the whole counts as not traced",
        send().noting(&["MIXED_PAYMENT"]),
        f,
    );

    let f = seduta(s.fattura("2026-06-08").azienda(&partita_iva(9001)), "400.00")
        .saldata("2026-06-30", "MP05");
    s.case("company: supervision of a team", out_of_scope(&["COMPANY_RECIPIENT"]), f);

    let f = s
        .fattura("2026-06-09")
        .per(&people[5])
        .linea(Linea::new("50.00", FORFETTARIO, None).non_sanitaria("Corso di formazione"))
        .cassa("TC21", "2.00")
        .saldata("2026-06-09", "MP08");
    s.case("no health expense: a course", out_of_scope(&["NO_HEALTH_EXPENSE"]), f);

    let f = s
        .fattura("2026-06-10")
        .per(&people[6])
        .linea(Linea::new("60.00", FORFETTARIO, Some("SP")))
        .linea(Linea::new("15.00", FORFETTARIO, None).non_sanitaria("Manuale di rilassamento"))
        .saldata("2026-06-10", "MP08");
    s.case("mixed lines: the session and a book", send().noting(&["EXCLUDED"]), f);

    let f = seduta(s.fattura("2026-07-01"), "70.00").saldata("2026-07-01", "MP08");
    s.case("no tax code", fix(&["NO_CF"]), f);

    let f = seduta(s.fattura("2026-07-02").opposizione(), "70.00").saldata("2026-07-02", "MP08");
    s.case("opposition: sent without tax code", send().noting(&["OPPOSITION"]), f);

    let f = seduta(s.fattura("2026-07-03").per(&people[7]).opposizione(), "70.00")
        .saldata("2026-07-03", "MP08");
    s.case(
        "opposition on an invoice that bears the tax code, which does not go",
        send().noting(&["OPPOSITION"]),
        f,
    );

    let f = seduta(s.fattura("2026-07-06").per(&wrong_check_letter(&people[8])), "70.00")
        .saldata("2026-07-06", "MP08");
    s.case("wrong check letter", fix(&["CF_CHECK"]), f);

    let f = seduta(s.fattura("2026-07-07").per(&omocodia(&people[9])), "70.00")
        .saldata("2026-07-07", "MP08");
    s.case("omocodia", send(), f);

    let f =
        seduta(s.fattura("2026-07-08").per("12345670009"), "70.00").saldata("2026-07-08", "MP08");
    s.case("provisional code of eleven digits", send().noting(&["CF_PROVISIONAL"]), f);

    let f = seduta(s.fattura("2026-07-09").per("STP9990000000001"), "70.00")
        .saldata("2026-07-09", "MP08");
    s.case("STP code", fix(&["CF_STP_ENI"]), f);

    let f = seduta(s.fattura("2026-07-10").numero("28 bis/2026").per(&people[10]), "70.00")
        .saldata("2026-07-10", "MP08");
    s.case("number with forbidden characters", fix(&["NUM_DOCUMENTO_CHARACTER"]), f);

    let f = seduta(
        s.fattura("2026-07-13").numero("FATTURA-2026-STUDIO-0029").per(&people[10]),
        "70.00",
    )
    .saldata("2026-07-13", "MP08");
    s.case("number too long", fix(&["NUM_DOCUMENTO_LENGTH"]), f);

    let f = seduta(s.fattura("2025-12-18").numero("210/2025").per(&people[11]), "70.00")
        .saldata("2025-12-18", "MP08");
    s.case("closed year: a forgotten invoice of 2025", out_of_scope(&["TAX_YEAR_CLOSED"]), f);

    let f = seduta(s.fattura("2025-12-29").numero("214/2025").per(&people[11]), "70.00")
        .saldata("2026-01-05", "MP05");
    s.case("issued in 2025 and paid in 2026: the payment decides", send(), f);

    let f = seduta(s.fattura("2026-11-19").per(&people[12]), "70.00").saldata("2027-01-04", "MP05");
    s.case(
        "not yet open: payment date in the coming year",
        wait(&["PAYMENT_IN_FUTURE", "TAX_YEAR_NOT_OPEN"]),
        f,
    );

    let f = seduta(s.fattura("2026-08-03").per(&people[13]), "90.00").saldata("2026-07-31", "MP05");
    s.case(
        "advance payment: the transfer came before the invoice",
        send().noting(&["ADVANCE_PAYMENT"]),
        f,
    );

    let f = seduta(s.fattura("2026-08-31").numero("36A/2026").per(&people[10]), "60.00")
        .saldata("2026-08-31", "MP08");
    s.case("same number twice: the first of them", send(), f);
    let f = seduta(s.fattura("2026-08-31").numero("36A/2026").per(&people[11]), "70.00")
        .saldata("2026-08-31", "MP08");
    s.case(
        "same number twice: another invoice under a number that is taken",
        send().refused("S017"),
        f,
    );

    let unknown = codice_fiscale("Sconosciuti", "Zeno", "1990-01-01", Sesso::M);
    s.unknown_citizen(&unknown);
    let f = seduta(s.fattura("2026-08-04").per(&unknown), "70.00").saldata("2026-08-04", "MP08");
    s.case("citizen unknown to the service", send().remarked("W003"), f);

    let f = seduta(s.fattura("2026-08-05").per(&people[14]), "60.00").saldata("2026-08-05", "MP08");
    s.case("same patient, same day: the first session", send(), f);
    let f = seduta(s.fattura("2026-08-05").per(&people[14]), "75.00").saldata("2026-08-05", "MP08");
    s.case("same patient, same day: the second session", send().remarked("W014"), f);

    let originale =
        seduta(s.fattura("2026-09-02").per(&people[15]), "70.00").saldata("2026-09-02", "MP08");
    let chiave = originale.chiave();
    s.case("session, later given back", send(), originale);
    let f = seduta(s.fattura("2026-09-16").tipo("TD04").per(&people[15]), "70.00")
        .collegata(&chiave)
        .saldata("2026-09-16", "MP05");
    s.case("refund with original: credit note", send(), f);
    let f = seduta(s.fattura("2026-09-17").tipo("TD04").per(&people[15]), "70.00")
        .saldata("2026-09-17", "MP05");
    s.case("refund without original", fix(&["REFUND_ORIGINAL_MISSING"]), f);

    s.finish()
}
