//! An optician: devices at 4 %, accessories, till receipts of a second register.

use super::fattura::{Iva, Linea};
use super::persone::{Sesso, codice_fiscale, partita_iva, persone};
use super::{Codici, Practice, Profilo, Studio, days, fix, out_of_scope, send, wait};

const DISPOSITIVI: Iva = Iva::Aliquota("4.00");
const ORDINARIA: Iva = Iva::Aliquota("22.00");

pub(super) fn ottico() -> Practice {
    let profile = Profilo {
        categoria: "ottico",
        accesso: None,
        sede: None,
        codici: Some(Codici { codice_regione: "991", codice_asl: "401", codice_ssa: "940005" }),
        cf_proprietario: codice_fiscale("Lentini", "Remo", "1971-03-03", Sesso::M),
        p_iva: partita_iva(405),
    };
    let mut s = Studio::struttura(
        "ottico",
        "Ottico: occhiali e lenti, scontrini parlanti della seconda cassa",
        profile,
        "INVOTT05",
        "ottico",
        |n| format!("{n:04}"),
    );
    let people = persone();

    for (i, date) in days("2026-01-07", "2026-11-18", 17).iter().enumerate() {
        let f = s.fattura(date).per(&people[i % 12]);
        if i % 2 == 0 {
            let f = f.linea(Linea::new("250.00", DISPOSITIVI, Some("AD"))).saldata(date, "MP08");
            s.case("spectacles, invoice", send(), f);
        } else {
            let f = f
                .cassa_fiscale(2)
                .linea(Linea::new("50.00", DISPOSITIVI, Some("AD")))
                .saldata(date, "MP01");
            s.case("contact lenses, receipt of till 2, cash", send(), f);
        }
    }

    let f = s
        .fattura("2026-05-11")
        .per(&people[12])
        .linea(Linea::new("250.00", DISPOSITIVI, Some("AD")))
        .linea(Linea::new("25.00", ORDINARIA, Some("AA")))
        .saldata("2026-05-11", "MP08");
    s.case("spectacles and sunglasses, each with its kind", send(), f);

    let f = s
        .fattura("2026-05-12")
        .per(&people[12])
        .linea(Linea::new("250.00", DISPOSITIVI, Some("AD")))
        .linea(Linea::new("10.00", ORDINARIA, None).non_sanitaria("Cordino"))
        .saldata("2026-05-12", "MP08");
    s.case("mixed lines: spectacles and a strap", send().noting(&["NON_HEALTH_AS_AA"]), f);

    let f = s
        .fattura("2026-05-13")
        .per(&people[13])
        .linea(Linea::new("25.00", ORDINARIA, None).non_sanitaria("Occhiali da sole"))
        .saldata("2026-05-13", "MP08");
    s.case("no health expense: sunglasses alone", out_of_scope(&["NO_HEALTH_EXPENSE"]), f);

    let originale = s
        .fattura("2026-05-14")
        .per(&people[14])
        .cassa_fiscale(2)
        .linea(Linea::new("75.00", DISPOSITIVI, Some("AD")))
        .saldata("2026-05-14", "MP08");
    let chiave = originale.chiave();
    s.case("receipt, later returned", send(), originale);
    let f = s
        .fattura("2026-05-18")
        .per(&people[14])
        .cassa_fiscale(2)
        .linea(Linea::new("75.00", DISPOSITIVI, Some("AD")))
        .collegata(&chiave)
        .saldata("2026-05-18", "MP08");
    s.case("refund with original: return at the till", send(), f);

    let f = s
        .fattura("2026-05-19")
        .per(&people[15])
        .cassa_fiscale(1000)
        .linea(Linea::new("50.00", DISPOSITIVI, Some("AD")))
        .saldata("2026-05-19", "MP08");
    s.case("till 1000 does not exist", fix(&["DISPOSITIVO_RANGE"]), f);

    let f = s
        .fattura("2026-05-20")
        .per(&people[15])
        .cassa_fiscale(2)
        .linea(Linea::new("50.00", Iva::Natura("N2.2"), Some("AD")))
        .saldata("2026-05-20", "MP08");
    s.case("sub-code of natura on a receipt", fix(&["NATURA_NOT_ON_RECEIPT"]), f);

    let f = s
        .fattura("2026-11-20")
        .per(&people[15])
        .linea(Linea::new("250.00", DISPOSITIVI, Some("AD")))
        .con_totale();
    s.case("unpaid: spectacles on order", wait(&["UNPAID"]), f);

    let f = s
        .fattura("2026-05-21")
        .azienda(&partita_iva(9005))
        .linea(Linea::new("500.00", ORDINARIA, Some("AD")))
        .saldata("2026-05-21", "MP05");
    s.case("company: safety goggles", out_of_scope(&["COMPANY_RECIPIENT"]), f);

    let f = s
        .fattura("2026-05-22")
        .cassa_fiscale(2)
        .opposizione()
        .linea(Linea::new("50.00", DISPOSITIVI, Some("AD")))
        .saldata("2026-05-22", "MP08");
    s.case("opposition at the till", send().noting(&["OPPOSITION"]), f);

    s.finish()
}
