//! A physician and a dentist in the ordinary regime: exempt care (N4), taxed aesthetics, stamp
//! duty over 77.47 euro, instalments.

use super::fattura::{Fattura, Iva, Linea, eur};
use super::persone::{Sesso, codice_fiscale, omocodia, partita_iva, persone, wrong_check_letter};
use super::{Practice, Studio, days, fix, out_of_scope, send, wait};

const ESENTE: Iva = Iva::Natura("N4");
const ORDINARIA: Iva = Iva::Aliquota("22.00");

/// Exempt care, with the stamp charged where it is due.
fn cura(fattura: Fattura, prezzo: &str) -> Fattura {
    let fattura = fattura.linea(Linea::new(prezzo, ESENTE, Some("SR")));
    if fattura.totale() > eur("77.47") { fattura.bollo(true) } else { fattura }
}

pub(super) fn medico() -> Practice {
    let mut s = Studio::professionista(
        "medico",
        "Medico specialista: visite esenti, certificati e medicina estetica con IVA, intramoenia",
        "medico",
        codice_fiscale("Dottorato", "Ugo", "1966-10-13", Sesso::M),
        partita_iva(402),
        |n| format!("A/{n:04}"),
    );
    let people = persone();

    for (i, date) in days("2026-01-08", "2026-11-19", 15).iter().enumerate() {
        let f = s.fattura(date).per(&people[i % 14]);
        let means = ["MP08", "MP05", "MP01"][i % 3];
        match i % 4 {
            0 => {
                let f = cura(f, "120.00").saldata(date, means);
                s.case("visit, stamp charged", send(), f);
            }
            1 => {
                let f = cura(f, "70.00").saldata(date, means);
                s.case("follow-up visit, no stamp", send(), f);
            }
            2 => {
                let f = f.linea(Linea::new("50.00", ORDINARIA, Some("SR"))).saldata(date, means);
                s.case("certificate for a sports club, taxed", send(), f);
            }
            _ => {
                let f = f
                    .linea(Linea::new("100.00", ESENTE, Some("SR")).flag("2"))
                    .bollo(true)
                    .saldata(date, means);
                s.case("visit in intramoenia", send(), f);
            }
        }
    }

    let f = s
        .fattura("2026-02-10")
        .per(&people[3])
        .linea(Linea::new("300.00", ORDINARIA, Some("IC")))
        .saldata("2026-02-10", "MP08");
    s.case("aesthetic treatment", send().noting(&["TIPO_SPESA_UNCERTAIN"]), f);

    let f = s
        .fattura("2026-02-11")
        .per(&people[4])
        .linea(Linea::new("60.00", ESENTE, Some("SR")))
        .linea(Linea::new("25.00", ORDINARIA, None).non_sanitaria("Crema per il viso"))
        .saldata("2026-02-11", "MP08");
    s.case(
        "mixed lines: a visit and a cream, which goes as AA",
        send().noting(&["NON_HEALTH_AS_AA", "TIPO_SPESA_UNCERTAIN"]),
        f,
    );

    let f = s
        .fattura("2026-02-12")
        .per(&people[5])
        .linea(Linea::new("60.00", ESENTE, None))
        .saldata("2026-02-12", "MP08");
    s.case(
        "line without tipoSpesa, where the category has several",
        fix(&["TIPO_SPESA_MISSING"]),
        f,
    );

    let f = s
        .fattura("2026-02-13")
        .per(&people[5])
        .linea(Linea::new("60.00", ESENTE, Some("SP")))
        .saldata("2026-02-13", "MP08");
    s.case("SP is not a physician's", fix(&["TIPO_SPESA_NOT_ADMITTED"]), f);

    let f = cura(s.fattura("2026-03-02").per(&people[6]), "150.00").con_totale();
    s.case("unpaid", wait(&["UNPAID"]), f);

    let f = cura(s.fattura("2026-11-21").stato("bozza").per(&people[6]), "150.00");
    s.case("draft", wait(&["DRAFT", "UNPAID"]), f);

    let f = cura(s.fattura("2026-03-03").azienda(&partita_iva(9002)), "900.00")
        .saldata("2026-03-31", "MP05");
    s.case("company: visits to the staff", out_of_scope(&["COMPANY_RECIPIENT"]), f);

    let f = s
        .fattura("2026-03-04")
        .per(&people[7])
        .linea(Linea::new("200.00", ORDINARIA, None).non_sanitaria("Perizia per un'assicurazione"))
        .saldata("2026-03-04", "MP05");
    s.case("no health expense: an expert opinion", out_of_scope(&["NO_HEALTH_EXPENSE"]), f);

    let f = cura(s.fattura("2026-03-05"), "60.00").saldata("2026-03-05", "MP01");
    s.case("no tax code", fix(&["NO_CF"]), f);

    let f = cura(s.fattura("2026-03-06").opposizione(), "60.00").saldata("2026-03-06", "MP01");
    s.case("opposition", send().noting(&["OPPOSITION"]), f);

    let f = cura(s.fattura("2026-03-09").per(&wrong_check_letter(&people[8])), "60.00")
        .saldata("2026-03-09", "MP08");
    s.case("wrong check letter", fix(&["CF_CHECK"]), f);

    let f = cura(s.fattura("2026-03-10").per(&omocodia(&people[8])), "60.00")
        .saldata("2026-03-10", "MP08");
    s.case("omocodia", send(), f);

    let f = cura(s.fattura("2026-03-11").per("ENI9990000000002"), "60.00")
        .saldata("2026-03-11", "MP08");
    s.case("STP code, of the kind for European citizens (ENI)", fix(&["CF_STP_ENI"]), f);

    let f = cura(s.fattura("2026-03-12").per(&people[9]), "100.00");
    let wrong = f.totale().minus(eur("2.00")).expect("less than the total");
    let mut f = f.paga("2026-03-12", wrong, "MP08");
    f.importo_totale_documento = Some(wrong);
    s.case("total without the stamp that is charged", fix(&["TOTAL_MISMATCH"]), f);

    let unknown = codice_fiscale("Ignoti", "Berta", "2025-12-30", Sesso::F);
    s.unknown_citizen(&unknown);
    let f = cura(s.fattura("2026-03-13").per(&unknown), "70.00").saldata("2026-03-13", "MP08");
    s.case("citizen unknown to the service: a newborn", send().remarked("W003"), f);

    let f = cura(s.fattura("2026-03-16").per(&people[15]), "70.00").saldata("2026-03-16", "MP08");
    s.case("same patient, same day: the visit", send(), f);
    let f = s
        .fattura("2026-03-16")
        .per(&people[15])
        .linea(Linea::new("40.00", ESENTE, Some("SR")))
        .saldata("2026-03-16", "MP08");
    s.case("same patient, same day: the electrocardiogram", send().remarked("W014"), f);

    let originale =
        cura(s.fattura("2026-04-07").per(&people[10]), "60.00").saldata("2026-04-07", "MP05");
    let chiave = originale.chiave();
    s.case("visit, later given back in part", send(), originale);
    let f = s
        .fattura("2026-04-20")
        .tipo("TD04")
        .per(&people[10])
        .linea(Linea::new("20.00", ESENTE, Some("SR")))
        .collegata(&chiave)
        .saldata("2026-04-20", "MP05");
    s.case("refund with original: a third of the fee", send(), f);

    let f = cura(s.fattura("2025-11-05").numero("A/0977").per(&people[11]), "60.00")
        .saldata("2025-11-05", "MP08");
    s.case("closed year", out_of_scope(&["TAX_YEAR_CLOSED"]), f);

    s.finish()
}

pub(super) fn odontoiatra() -> Practice {
    let mut s = Studio::professionista(
        "odontoiatra",
        "Studio odontoiatrico: piani di cura a rate, acconti, saldi",
        "odontoiatra",
        codice_fiscale("Molarini", "Ines", "1979-04-04", Sesso::F),
        partita_iva(403),
        |n| format!("{n}-26"),
    );
    let people = persone();

    for (i, date) in days("2026-01-13", "2026-11-17", 14).iter().enumerate() {
        let price = ["90.00", "60.00", "180.00", "75.00", "450.00"][i % 5];
        let means = ["MP08", "MP01", "MP05"][i % 3];
        let f = cura(s.fattura(date).per(&people[i % 15]), price).saldata(date, means);
        let what = ["hygiene", "check-up", "filling", "X-ray", "crown"][i % 5];
        s.case(what, send(), f);
    }

    let f = cura(s.fattura("2026-02-03").per(&people[0]), "1200.00")
        .con_totale()
        .paga("2026-02-03", eur("402.00"), "MP08")
        .paga("2026-04-03", eur("400.00"), "MP08")
        .paga("2026-06-03", eur("400.00"), "MP05");
    s.case("instalments in one year: the day of the last one counts", send(), f);

    let f = cura(s.fattura("2026-10-05").per(&people[1]), "1200.00")
        .con_totale()
        .paga("2026-10-05", eur("402.00"), "MP08")
        .paga("2026-11-05", eur("400.00"), "MP08");
    s.case("part paid: the last instalment is still to come", wait(&["PART_PAID"]), f);

    let f = cura(s.fattura("2025-11-10").numero("988-25").per(&people[2]), "1200.00")
        .con_totale()
        .paga("2025-11-10", eur("602.00"), "MP08")
        .paga("2026-02-10", eur("600.00"), "MP08");
    s.case(
        "instalments over two years: one document per payment is needed",
        fix(&["PAYMENTS_OVER_TWO_YEARS"]),
        f,
    );

    let f = cura(s.fattura("2026-02-06").tipo("TD02").per(&people[3]), "500.00")
        .saldata("2026-02-04", "MP05");
    s.case(
        "advance payment: deposit invoice for an implant",
        send().noting(&["ADVANCE_PAYMENT"]),
        f,
    );

    let f = cura(s.fattura("2026-05-20").per(&people[3]), "1500.00").saldata("2026-05-20", "MP08");
    s.case("balance of the implant, a document of its own", send(), f);

    let f = cura(s.fattura("2026-05-21").per(&people[4]), "600.00")
        .con_totale()
        .paga("2026-05-21", eur("302.00"), "MP01")
        .paga("2026-06-21", eur("300.00"), "MP05");
    s.case("mixed traced and cash", send().noting(&["MIXED_PAYMENT"]), f);

    let f =
        cura(s.fattura("2026-05-22").per(&people[5]), "100000.00").saldata("2026-05-22", "MP05");
    s.case("amount too large", fix(&["IMPORTO_RANGE"]), f);

    let f = cura(s.fattura("2026-05-25").per(&people[6]), "90.00").con_totale().paga(
        "2026-05-25",
        eur("95.00"),
        "MP08",
    );
    s.case("more paid than owed", fix(&["PAYMENTS_EXCEED_TOTAL"]), f);

    let f = s
        .fattura("2026-05-26")
        .per(&people[6])
        .linea(Linea::new("90.00", ESENTE, Some("SR")))
        .saldata("2026-05-26", "MP08");
    s.case("stamp forgotten: only a remark", send().noting(&["BOLLO_EXPECTED"]), f);

    let f = s
        .fattura("2026-05-27")
        .per(&people[7])
        .linea(Linea::new("150.00", ORDINARIA, Some("IC")))
        .saldata("2026-05-27", "MP08");
    s.case("whitening", send().noting(&["TIPO_SPESA_UNCERTAIN"]), f);

    let f = cura(s.fattura("2026-05-28").stato("annullata").per(&people[8]), "90.00")
        .saldata("2026-05-28", "MP08");
    s.case("void", out_of_scope(&["VOID"]), f);

    let f = cura(s.fattura("2026-05-29").numero("77#26").per(&people[9]), "60.00")
        .saldata("2026-05-29", "MP08");
    s.case("number with forbidden characters", fix(&["NUM_DOCUMENTO_CHARACTER"]), f);

    let f = cura(s.fattura("2026-06-01").per(&people[10]), "60.00").con_totale().paga(
        "2026-06-01",
        eur("60.00"),
        "MP99",
    );
    s.case("means of payment that does not exist", fix(&["PAYMENT_MEANS_WRONG"]), f);

    let f = cura(s.fattura("2026-06-04").per(&wrong_check_letter(&people[11])), "60.00")
        .numero("FATTURA DI GIUGNO N. 4")
        .saldata("2026-06-04", "MP08");
    s.case(
        "number too long, with blanks, and a wrong check letter: all is said at once",
        fix(&["CF_CHECK", "NUM_DOCUMENTO_CHARACTER", "NUM_DOCUMENTO_LENGTH"]),
        f,
    );

    s.finish()
}
