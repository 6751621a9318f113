//! Invoices of a practice, and what Sistema TS must hold of each: said here a second time, without
//! asking the engine.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sts_core::domain::Data;
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::time::Timestamp;
use sts_simulator::{Date, DocumentKey, DocumentView, World};

use super::chance::Chance;
use super::plan::DAY;

/// Tax codes of patients; they belong to nobody.
pub(super) const PATIENTS: [&str; 3] = ["PZNPRV80A01X999E", "SMPDRA68A15X999U", "SMLGDI87T51X999M"];
/// The VAT number of the practice.
pub(super) const P_IVA: &str = "99900011000";

/// One state of one invoice, as the practice had it at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// The practice's own id.
    pub(super) id: String,
    /// Day of issue.
    pub(super) issued: Data,
    /// Number as printed.
    pub(super) number: String,
    /// Day of payment; `None` when unpaid.
    pub(super) paid: Option<Data>,
    /// Amounts by kind, in cents.
    pub(super) lines: Vec<(&'static str, i64)>,
    /// The patient's tax code; `None` with opposition.
    pub(super) patient: Option<&'static str>,
    /// Paid by card and not in cash.
    pub(super) traced: bool,
    /// `emessa`, `bozza` or `annullata`.
    pub(super) stato: &'static str,
    /// The invoice that this credit note refunds.
    pub(super) refunds: Option<(Data, String)>,
}

impl Version {
    /// The first state of the invoice of this number, as of a day.
    pub(super) fn draw(chance: &mut Chance, n: u64, now: Timestamp) -> Self {
        let today = now.date_in_italy();
        let back = chance.weighed(&[(4, 0), (4, 3), (2, 40), (1, 90)]);
        let issued = now.plus(-back * DAY).date_in_italy().min(today);
        let mut version = Version {
            id: format!("fattura-{n}"),
            issued,
            number: format!("{n}/{}", issued.anno()),
            paid: Some(issued),
            lines: vec![("SP", 6_000)],
            patient: Some(PATIENTS[0]),
            traced: true,
            stato: "emessa",
            refunds: None,
        };
        version.edit(chance, now);
        version
    }

    /// A change as a person makes it.
    pub(super) fn edit(&mut self, chance: &mut Chance, now: Timestamp) {
        match chance.below(15) {
            // The same document under another key: another number, or another day.
            12 => {
                let n = self.id.trim_start_matches("fattura-");
                let letter = *chance.pick(&["", "a", "b"]);
                self.number = format!("{n}{letter}/{}", self.issued.anno());
            }
            13 if self.refunds.is_none() => {
                let earlier = self.issued.plus_days(-chance.between(1, 3)).expect("a day");
                if self.paid == Some(self.issued) {
                    self.paid = Some(earlier);
                }
                self.issued = earlier;
            }
            0..=3 => {
                let cents = *chance.pick(&[6_000, 7_000, 8_550, 1, 9_999_999]);
                self.lines = vec![("SP", cents)];
            }
            4 => self.lines = vec![("SP", 5_000), ("AA", 200), ("SP", 1_000)],
            5 => self.patient = Some(*chance.pick(&PATIENTS)),
            6 => self.patient = None,
            7 => self.traced = !self.traced,
            8 if self.refunds.is_none() => {
                let today = now.date_in_italy();
                let later = self.issued.plus_days(chance.between(0, 5));
                self.paid = later.filter(|day| *day <= today).or(Some(self.issued));
            }
            9 if self.refunds.is_none() => self.paid = None,
            10 => self.stato = *chance.pick(&["emessa", "bozza", "annullata", "emessa"]),
            // Whatever was wrong is put right.
            _ => {
                self.stato = "emessa";
                self.paid = Some(self.issued);
            }
        }
    }

    /// The key on Sistema TS.
    pub(super) fn key(&self) -> DocumentKey {
        key(self.issued, &self.number)
    }

    /// The invoice as the host hands it over.
    pub(super) fn input(&self) -> Input {
        let line = |(kind, cents): &(&str, i64)| json!({ "prezzoTotale": euro(*cents), "naturaIVA": "N2.2", "tipoSpesa": kind });
        let total: i64 = self.lines.iter().map(|(_, cents)| cents).sum();
        let mut invoice = json!({
            "id": self.id, "stato": self.stato, "numDocumento": self.number,
            "dataEmissione": self.issued.to_string(),
            "cessionarioCommittente": match self.patient {
                Some(cf) => json!({ "personaFisica": true, "cfCittadino": cf }),
                None => json!({ "personaFisica": true, "flagOpposizione": "1" }),
            },
            "dettaglioLinee": self.lines.iter().map(line).collect::<Vec<Value>>(),
        });
        if let Some(paid) = self.paid {
            invoice["pagamenti"] = json!([{
                "dataPagamento": paid.to_string(), "importo": euro(total),
                "modalitaPagamento": if self.traced { "MP08" } else { "MP01" },
            }]);
        }
        if let Some((issued, number)) = &self.refunds {
            invoice["tipoDocumento"] = json!("TD04");
            invoice["fatturaCollegata"] =
                json!({ "dataEmissione": issued.to_string(), "numDocumento": number });
        }
        let text = invoice.to_string();
        let mut read = read_json(text.as_bytes(), &JsonLimits::default()).expect("it is JSON");
        read.remove(0).expect("it is an invoice")
    }

    /// The key of the invoice that this one refunds.
    pub(super) fn original(&self) -> Option<DocumentKey> {
        self.refunds.as_ref().map(|(issued, number)| key(*issued, number))
    }

    /// What differs between this and a document on the service; `None` when nothing does.
    pub(super) fn differs(&self, stored: &DocumentView, world: &World) -> Option<&'static str> {
        let mut totals = BTreeMap::new();
        for (kind, cents) in &self.lines {
            *totals.entry((*kind).to_owned()).or_insert(0u64) += *cents as u64;
        }
        let refunds = self.original();
        let paid = if refunds.is_some() { Some(self.issued) } else { self.paid };
        let checks = [
            (stored.key == self.key(), "the key"),
            (
                Some(stored.data_pagamento.to_string()) == paid.map(|d| d.to_string()),
                "dataPagamento",
            ),
            (stored.totals_cents == totals, "the totals"),
            (stored.cittadino == self.patient.map(|cf| world.digest(cf)), "cfCittadino"),
            (stored.flag_opposizione == self.patient.is_none(), "flagOpposizione"),
            (
                stored.pagamento_tracciato.as_deref()
                    == Some(if self.traced { "SI" } else { "NO" }),
                "pagamentoTracciato",
            ),
            (stored.tipo_documento.as_deref() == Some("F"), "tipoDocumento"),
            (stored.refund_of == refunds, "the document refunded"),
        ];
        checks.iter().find(|(equal, _)| !equal).map(|(_, what)| *what)
    }
}

fn key(issued: Data, number: &str) -> DocumentKey {
    DocumentKey {
        p_iva: P_IVA.to_owned(),
        data_emissione: Date::iso(&issued.to_string()).expect("both write dates alike"),
        dispositivo: 1,
        num_documento: number.to_owned(),
    }
}

fn euro(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
