//! The week's invoices, and what the service must have of each, worked out here by hand.

use serde_json::{Value, json};
use sts_core::domain::invoice::{Input, JsonLimits, read_json};

use crate::failure::{Exit, Failure};

/// The practice's P.IVA, that of the fixture.
pub(super) const P_IVA: &str = "99904019991";
/// Above this a stamp of two euro is charged (cents).
const STAMP_OVER: i64 = 7_747;
const STAMP: i64 = 200;

/// An invoice of November 2026: a session with the pension contribution of 2 % and, where it is
/// due, the stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invoice {
    /// The practice's own id, which stays when the number changes.
    pub(super) id: String,
    pub(super) numero: String,
    /// Day of issue.
    pub(super) day: u8,
    /// Day of payment.
    pub(super) paid: Option<u8>,
    /// Cents.
    pub(super) fee: i64,
    pub(super) cf: String,
    pub(super) opposed: bool,
    /// Number and day of the invoice that this credit note gives back.
    pub(super) refunds: Option<(String, u8)>,
}

impl Invoice {
    /// Paid on the day of issue.
    pub(super) fn new(number: u32, day: u8, fee: i64, cf: &str) -> Self {
        Invoice {
            id: format!("2026-{number}"),
            numero: format!("{number}/2026"),
            day,
            paid: Some(day),
            fee,
            cf: cf.to_owned(),
            opposed: false,
            refunds: None,
        }
    }

    /// What the patient pays, in cents.
    pub(super) fn total(&self) -> i64 {
        self.fee + self.contribution() + self.stamp()
    }

    fn contribution(&self) -> i64 {
        (self.fee * 2 + 50) / 100
    }

    fn stamp(&self) -> i64 {
        let due = self.refunds.is_none() && self.fee + self.contribution() > STAMP_OVER;
        if due { STAMP } else { 0 }
    }

    /// As the practice's program hands it over.
    pub(super) fn input(&self) -> Result<Input, Failure> {
        let json = self.json().to_string();
        let read = read_json(json.as_bytes(), &JsonLimits::default());
        let read = read.ok().and_then(|mut read| read.pop()).and_then(Result::ok);
        read.ok_or_else(|| Failure::developer(Exit::Internal, "an invoice of the week"))
    }

    fn json(&self) -> Value {
        let mut patient = json!({ "personaFisica": true });
        if self.opposed {
            patient["flagOpposizione"] = json!("1");
        } else {
            patient["cfCittadino"] = json!(self.cf);
        }
        let mut invoice = json!({
            "id": self.id,
            "stato": "emessa",
            "dataEmissione": date(self.day),
            "numDocumento": self.numero,
            "cessionarioCommittente": patient,
            "dettaglioLinee": [
                { "prezzoTotale": euro(self.fee), "naturaIVA": "N2.2", "tipoSpesa": "SP" }
            ],
            "datiCassaPrevidenziale": [{
                "tipoCassa": "TC21",
                "alCassa": "2.00",
                "importoContributoCassa": euro(self.contribution()),
                "naturaIVA": "N2.2"
            }],
            "importoTotaleDocumento": euro(self.total()),
        });
        if self.stamp() > 0 {
            invoice["datiBollo"] = json!({ "importoBollo": euro(STAMP), "addebitato": true });
        }
        if let Some(day) = self.paid {
            invoice["pagamenti"] = json!([{
                "dataPagamento": date(day),
                "importo": euro(self.total()),
                "modalitaPagamento": "MP08"
            }]);
        }
        if let Some((numero, day)) = &self.refunds {
            invoice["tipoDocumento"] = json!("TD04");
            invoice["fatturaCollegata"] =
                json!({ "numDocumento": numero, "dataEmissione": date(*day) });
        }
        invoice
    }
}

/// A day of the week's month.
pub(super) fn date(day: u8) -> String {
    format!("2026-11-{day:02}")
}

fn euro(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// The same tax code with a check letter that does not agree.
pub(super) fn mistyped(cf: &str) -> String {
    let (start, last) = cf.split_at(cf.len() - 1);
    format!("{start}{}", if last == "A" { "B" } else { "A" })
}
