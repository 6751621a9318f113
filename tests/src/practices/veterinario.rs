//! A veterinarian: taxed visits with ENPAV, medicines, a deadline of its own. Seen on a day on
//! which the other professions' year is closed and this one's is open.

use super::fattura::{Fattura, Iva, Linea, eur};
use super::persone::{Sesso, codice_fiscale, partita_iva, persone};
use super::{Practice, Studio, days, fix, out_of_scope, send, wait};

const ORDINARIA: Iva = Iva::Aliquota("22.00");

/// A visit; multiples of 25 keep contribution and VAT free of rounding.
fn visita(fattura: Fattura, prezzo: &str) -> Fattura {
    fattura.linea(Linea::new(prezzo, ORDINARIA, Some("SV"))).cassa("TC11", "2.00")
}

pub(super) fn veterinario() -> Practice {
    let mut s = Studio::professionista(
        "veterinario",
        "Ambulatorio veterinario: visite con IVA ed ENPAV 2 %, farmaci; scadenza propria a marzo",
        "veterinario",
        codice_fiscale("Bestiario", "Livia", "1988-08-08", Sesso::F),
        partita_iva(404),
        |n| format!("V{n:03}/2026"),
    );
    s.practice.today = "2027-03-10";
    let people = persone();

    for (i, date) in days("2026-01-09", "2026-12-18", 16).iter().enumerate() {
        let means = ["MP08", "MP01", "MP05"][i % 3];
        let price = ["25.00", "50.00", "75.00", "100.00"][i % 4];
        let f = visita(s.fattura(date).per(&people[i % 12]), price).saldata(date, means);
        s.case("visit to a dog or a cat", send(), f);
    }

    let f = s
        .fattura("2026-04-13")
        .per(&people[12])
        .linea(Linea::new("30.00", Iva::Aliquota("10.00"), Some("FV")))
        .saldata("2026-04-13", "MP01");
    s.case("medicine, cash", send(), f);

    let f = s
        .fattura("2026-04-14")
        .per(&people[12])
        .linea(Linea::new("50.00", ORDINARIA, Some("SV")))
        .linea(Linea::new("20.00", Iva::Aliquota("10.00"), Some("FV")))
        .saldata("2026-04-14", "MP08");
    s.case("visit and medicine", send(), f);

    let f = s
        .fattura("2026-04-15")
        .per(&people[12])
        .linea(Linea::new("50.00", ORDINARIA, Some("SV")))
        .linea(Linea::new("10.00", ORDINARIA, None).non_sanitaria("Collare"))
        .saldata("2026-04-15", "MP08");
    s.case("mixed lines: a visit and a collar", send().noting(&["NON_HEALTH_AS_AA"]), f);

    let f = visita(s.fattura("2026-04-16").azienda(&partita_iva(9004)), "500.00")
        .saldata("2026-05-15", "MP05");
    s.case("company: a farm", out_of_scope(&["COMPANY_RECIPIENT"]), f);

    let f = visita(s.fattura("2026-12-21").per(&people[13]), "50.00").saldata("2027-01-08", "MP05");
    s.case("issued in 2026 and paid in 2027: counts for 2027", send(), f);

    let f = visita(s.fattura("2026-12-22").per(&people[13]), "50.00").con_totale();
    s.case("unpaid", wait(&["UNPAID"]), f);

    let f = visita(s.fattura("2025-12-22").numero("V301/2025").per(&people[14]), "50.00")
        .saldata("2025-12-22", "MP08");
    s.case("closed year", out_of_scope(&["TAX_YEAR_CLOSED"]), f);

    let f = visita(s.fattura("2027-02-26").numero("V020/2027").per(&people[14]), "50.00")
        .con_totale()
        .paga("2027-02-26", eur("62.22"), "MP08");
    s.case("of the new year, sent early", send(), f);

    let f = s
        .fattura("2026-04-17")
        .per(&people[15])
        .linea(Linea::new("50.00", ORDINARIA, Some("SR")))
        .saldata("2026-04-17", "MP08");
    s.case("SR is not a veterinarian's", fix(&["TIPO_SPESA_NOT_ADMITTED"]), f);

    let f = visita(s.fattura("2026-04-20"), "50.00").saldata("2026-04-20", "MP01");
    s.case("no tax code", fix(&["NO_CF"]), f);

    s.finish()
}
