//! An authorised clinic and an accredited one.

use super::fattura::{Documento, Iva, Linea, Voce, eur};
use super::persone::{Sesso, codice_fiscale, partita_iva, persone};
use super::{Codici, Practice, Profilo, Studio, days, fix, out_of_scope, send, wait};

const ESENTE: Iva = Iva::Natura("N4");
const ORDINARIA: Iva = Iva::Aliquota("22.00");

pub(super) fn autorizzata() -> Practice {
    let profile = Profilo {
        categoria: "struttura_autorizzata",
        accesso: None,
        sede: None,
        codici: Some(Codici { codice_regione: "993", codice_asl: "403", codice_ssa: "940007" }),
        cf_proprietario: codice_fiscale("Poliambulanti", "Ettore", "1957-07-07", Sesso::M),
        p_iva: partita_iva(407),
    };
    let mut s = Studio::struttura(
        "struttura_autorizzata",
        "Poliambulatorio autorizzato non accreditato: visite, diagnostica, medicina estetica",
        profile,
        "INVAUT07",
        "strutturaAutorizzata",
        |n| format!("PA-{n:05}"),
    );
    let people = persone();

    for (i, date) in days("2026-01-05", "2026-11-20", 12).iter().enumerate() {
        let price = ["110.00", "65.00", "240.00"][i % 3];
        let f = s.fattura(date).per(&people[i % 13]).linea(Linea::new(price, ESENTE, Some("SR")));
        let f = if f.totale() > eur("77.47") { f.bollo(true) } else { f };
        let f = f.saldata(date, ["MP08", "MP08", "MP05", "MP01"][i % 4]);
        s.case(["visit", "blood test", "magnetic resonance"][i % 3], send(), f);
    }

    let f = s
        .fattura("2026-03-17")
        .per(&people[13])
        .linea(Linea::new("500.00", ORDINARIA, Some("IC")))
        .saldata("2026-03-17", "MP08");
    s.case("aesthetic surgery", send().noting(&["TIPO_SPESA_UNCERTAIN"]), f);

    let f = s
        .fattura("2026-03-18")
        .per(&people[13])
        .linea(Linea::new("900.00", ESENTE, Some("SR")))
        .linea(Linea::new("100.00", ORDINARIA, None).non_sanitaria("Camera singola"))
        .bollo(true)
        .saldata("2026-03-18", "MP05");
    s.case("mixed lines: hospital stay and comfort", send().noting(&["NON_HEALTH_AS_AA"]), f);

    let f = s
        .fattura("2026-03-19")
        .per(&people[14])
        .linea(Linea::new("36.15", ESENTE, Some("TK")))
        .saldata("2026-03-19", "MP08");
    s.case(
        "a ticket, where there is no agreement with the health service",
        fix(&["TIPO_SPESA_NOT_ADMITTED"]),
        f,
    );

    let f = s
        .fattura("2026-03-20")
        .per(&people[14])
        .linea(Linea::new("65.00", ESENTE, Some("SR")).flag("1"))
        .saldata("2026-03-20", "MP08");
    s.case("flag of the emergency room on a visit", fix(&["FLAG_TIPO_SPESA_MISMATCH"]), f);

    let f = s
        .fattura("2026-03-23")
        .azienda(&partita_iva(9007))
        .linea(Linea::new("2000.00", ESENTE, Some("SR")))
        .bollo(true)
        .saldata("2026-04-30", "MP05");
    s.case("company: occupational medicine", out_of_scope(&["COMPANY_RECIPIENT"]), f);

    let f = s
        .fattura("2026-03-24")
        .per(&people[15])
        .linea(Linea::new("120000.00", ESENTE, Some("SR")))
        .bollo(true)
        .saldata("2026-03-24", "MP05");
    s.case("amount too large", fix(&["IMPORTO_RANGE"]), f);

    let f = s.fattura("2026-11-21").stato("bozza").per(&people[15]).linea(Linea::new(
        "65.00",
        ESENTE,
        Some("SR"),
    ));
    s.case("draft", wait(&["DRAFT", "UNPAID"]), f);

    s.finish()
}

pub(super) fn accreditata() -> Practice {
    let profile = Profilo {
        categoria: "struttura_accreditata",
        accesso: None,
        sede: None,
        codici: Some(Codici { codice_regione: "994", codice_asl: "404", codice_ssa: "940008" }),
        cf_proprietario: codice_fiscale("Convenzioni", "Fulvia", "1969-11-11", Sesso::F),
        p_iva: partita_iva(408),
    };
    let mut s = Studio::struttura(
        "struttura_accreditata",
        "Struttura accreditata: ticket, pronto soccorso, prestazioni a pagamento",
        profile,
        "INVACC08",
        "strutturaAccreditata",
        |n| format!("{n:06}"),
    );
    let people = persone();

    for (i, date) in days("2026-01-05", "2026-11-20", 10).iter().enumerate() {
        let f = s.fattura(date).per(&people[i % 13]);
        match i % 3 {
            0 => {
                let f = f.linea(Linea::new("36.15", ESENTE, Some("TK"))).saldata(date, "MP08");
                s.case("ticket", send(), f);
            }
            1 => {
                let f = f
                    .linea(Linea::new("25.00", ESENTE, Some("TK")).flag("1"))
                    .saldata(date, "MP01");
                s.case("ticket of the emergency room", send(), f);
            }
            _ => {
                let f = f
                    .linea(Linea::new("60.00", ESENTE, Some("SR")))
                    .linea(Linea::new("10.00", ESENTE, Some("TK")))
                    .saldata(date, "MP08");
                s.case("visit and ticket on one invoice", send(), f);
            }
        }
    }

    let (id, number) = s.next();
    let d = Documento::scontrino(id, number, "2026-04-08", 1)
        .per(&people[13])
        .voce(Voce::new("SR", "60.00", ESENTE))
        .tracciato(None);
    s.case("how it was paid need not be said here", send(), d);

    let f = s
        .fattura("2026-04-09")
        .per(&people[13])
        .linea(Linea::new("60.00", ESENTE, Some("SR")).flag("2"))
        .saldata("2026-04-09", "MP08");
    s.case("visit in intramoenia", send(), f);

    let f = s
        .fattura("2026-04-10")
        .per(&people[14])
        .linea(Linea::new("25.00", ESENTE, Some("TK")).flag("2"))
        .saldata("2026-04-10", "MP08");
    s.case("flag of intramoenia on a ticket", fix(&["FLAG_TIPO_SPESA_MISMATCH"]), f);

    let originale = s
        .fattura("2026-04-13")
        .per(&people[14])
        .linea(Linea::new("36.15", ESENTE, Some("TK")))
        .saldata("2026-04-13", "MP23");
    let chiave = originale.chiave();
    s.case("ticket paid through PagoPA, later given back", send(), originale);
    let f = s
        .fattura("2026-04-27")
        .tipo("TD04")
        .per(&people[14])
        .linea(Linea::new("36.15", ESENTE, Some("TK")))
        .collegata(&chiave)
        .saldata("2026-04-27", "MP05");
    s.case("refund with original: the patient was exempt", send(), f);

    let f = s
        .fattura("2026-04-14")
        .per("STP9990000000003")
        .linea(Linea::new("36.15", ESENTE, Some("TK")))
        .saldata("2026-04-14", "MP01");
    s.case("STP code", fix(&["CF_STP_ENI"]), f);

    let f = s
        .fattura("2026-04-15")
        .per(&people[15])
        .linea(Linea::new("36.15", ESENTE, Some("TK")))
        .con_totale();
    s.case("unpaid", wait(&["UNPAID"]), f);

    s.finish()
}
