//! An invoice as a practice program has it, and the flat form of a document of expense.
//!
//! Everything is text, as in the JSON, so that a case can hold what is wrong as well.

use std::collections::BTreeMap;

use serde::Serialize;
use sts_core::domain::{Aliquota, Importo};

/// An amount.
pub(crate) fn eur(text: &str) -> Importo {
    Importo::parse(text).expect("an amount")
}

/// A part of an amount, in hundredths of a percent, rounded half up.
fn percent(amount: Importo, hundredths: i64) -> Importo {
    Importo::from_cents((amount.cents() * hundredths + 5_000) / 10_000).expect("a small amount")
}

fn sum(amounts: impl IntoIterator<Item = Importo>) -> Importo {
    Importo::sum(amounts).expect("small amounts")
}

#[derive(Clone, Copy, Serialize)]
pub(crate) enum Iva {
    #[serde(rename = "aliquotaIVA")]
    Aliquota(&'static str),
    #[serde(rename = "naturaIVA")]
    Natura(&'static str),
}

impl Iva {
    fn hundredths(self) -> i64 {
        match self {
            Iva::Aliquota(text) => i64::from(Aliquota::parse(text).expect("a rate").hundredths()),
            Iva::Natura(_) => 0,
        }
    }
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Linea {
    #[serde(skip_serializing_if = "Option::is_none")]
    descrizione: Option<&'static str>,
    prezzo_totale: Importo,
    #[serde(flatten)]
    iva: Iva,
    #[serde(skip_serializing_if = "Option::is_none")]
    tipo_spesa: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag_tipo_spesa: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sanitaria: Option<bool>,
}

impl Linea {
    /// A line; the kind of expense may be left to the category of the practice.
    pub(crate) fn new(prezzo: &str, iva: Iva, tipo_spesa: Option<&'static str>) -> Self {
        Linea {
            descrizione: None,
            prezzo_totale: eur(prezzo),
            iva,
            tipo_spesa,
            flag_tipo_spesa: None,
            sanitaria: None,
        }
    }

    pub(crate) fn flag(mut self, flag: &'static str) -> Self {
        self.flag_tipo_spesa = Some(flag);
        self
    }

    /// Not an expense for health.
    pub(crate) fn non_sanitaria(mut self, descrizione: &'static str) -> Self {
        self.descrizione = Some(descrizione);
        self.sanitaria = Some(false);
        self
    }
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cessionario {
    #[serde(skip_serializing_if = "Option::is_none")]
    persona_fisica: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cf_cittadino: Option<String>,
    #[serde(rename = "pIva", skip_serializing_if = "Option::is_none")]
    p_iva: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag_opposizione: Option<&'static str>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bollo {
    importo_bollo: Importo,
    addebitato: bool,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cassa {
    tipo_cassa: &'static str,
    al_cassa: &'static str,
    importo_contributo_cassa: Importo,
    #[serde(flatten)]
    iva: Iva,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagamento {
    data_pagamento: String,
    importo: Importo,
    modalita_pagamento: &'static str,
}

/// The key of another document, as far as it differs from this practice's own.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Collegata {
    data_emissione: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispositivo: Option<u16>,
    pub(crate) num_documento: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fattura {
    id: String,
    stato: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tipo_documento: Option<&'static str>,
    data_emissione: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispositivo: Option<u16>,
    num_documento: String,
    cessionario_committente: Cessionario,
    dettaglio_linee: Vec<Linea>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dati_bollo: Option<Bollo>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dati_cassa_previdenziale: Vec<Cassa>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) importo_totale_documento: Option<Importo>,
    pagamenti: Vec<Pagamento>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fattura_collegata: Option<Collegata>,
}

impl Fattura {
    pub(crate) fn new(id: String, num_documento: String, data_emissione: &str) -> Self {
        Fattura {
            id,
            stato: "emessa",
            tipo_documento: None,
            data_emissione: data_emissione.to_owned(),
            dispositivo: None,
            num_documento,
            cessionario_committente: Cessionario {
                persona_fisica: Some(true),
                cf_cittadino: None,
                p_iva: None,
                flag_opposizione: None,
            },
            dettaglio_linee: Vec::new(),
            dati_bollo: None,
            dati_cassa_previdenziale: Vec::new(),
            importo_totale_documento: None,
            pagamenti: Vec::new(),
            fattura_collegata: None,
        }
    }

    pub(crate) fn stato(mut self, stato: &'static str) -> Self {
        self.stato = stato;
        self
    }

    pub(crate) fn tipo(mut self, tipo: &'static str) -> Self {
        self.tipo_documento = Some(tipo);
        self
    }

    pub(crate) fn numero(mut self, numero: &str) -> Self {
        self.num_documento = numero.to_owned();
        self
    }

    /// A receipt of this cash register.
    pub(crate) fn cassa_fiscale(mut self, dispositivo: u16) -> Self {
        self.tipo_documento = Some("D");
        self.dispositivo = Some(dispositivo);
        self
    }

    pub(crate) fn per(mut self, cf: &str) -> Self {
        self.cessionario_committente.cf_cittadino = Some(cf.to_owned());
        self
    }

    pub(crate) fn azienda(mut self, p_iva: &str) -> Self {
        self.cessionario_committente.persona_fisica = Some(false);
        self.cessionario_committente.p_iva = Some(p_iva.to_owned());
        self
    }

    pub(crate) fn opposizione(mut self) -> Self {
        self.cessionario_committente.flag_opposizione = Some("1");
        self
    }

    pub(crate) fn linea(mut self, linea: Linea) -> Self {
        self.dettaglio_linee.push(linea);
        self
    }

    /// A pension contribution on everything so far, taxed as the first line.
    pub(crate) fn cassa(mut self, tipo: &'static str, al: &'static str) -> Self {
        let rate = i64::from(Aliquota::parse(al).expect("a rate").hundredths());
        let base = sum(self.dettaglio_linee.iter().map(|linea| linea.prezzo_totale));
        self.dati_cassa_previdenziale.push(Cassa {
            tipo_cassa: tipo,
            al_cassa: al,
            importo_contributo_cassa: percent(base, rate),
            iva: self.dettaglio_linee[0].iva,
        });
        self
    }

    pub(crate) fn bollo(mut self, addebitato: bool) -> Self {
        self.dati_bollo = Some(Bollo { importo_bollo: eur("2.00"), addebitato });
        self
    }

    /// What the customer owes: lines, contributions, VAT by rate, and the stamp if charged.
    pub(crate) fn totale(&self) -> Importo {
        let lines = self.dettaglio_linee.iter().map(|l| (l.prezzo_totale, l.iva));
        let funds =
            self.dati_cassa_previdenziale.iter().map(|c| (c.importo_contributo_cassa, c.iva));
        let mut by_rate: BTreeMap<i64, Importo> = BTreeMap::new();
        for (amount, iva) in lines.chain(funds) {
            let total = by_rate.entry(iva.hundredths()).or_default();
            *total = sum([*total, amount]);
        }
        let taxed = by_rate.into_iter().map(|(rate, net)| sum([net, percent(net, rate)]));
        let bollo = self.dati_bollo.iter().filter(|b| b.addebitato);
        sum(taxed.chain(bollo.map(|b| b.importo_bollo)))
    }

    /// States the total on the document.
    pub(crate) fn con_totale(mut self) -> Self {
        self.importo_totale_documento = Some(self.totale());
        self
    }

    /// Paid in full.
    pub(crate) fn saldata(self, data: &str, modalita: &'static str) -> Self {
        let totale = self.totale();
        self.con_totale().paga(data, totale, modalita)
    }

    /// One payment.
    pub(crate) fn paga(mut self, data: &str, importo: Importo, modalita: &'static str) -> Self {
        self.pagamenti.push(Pagamento {
            data_pagamento: data.to_owned(),
            importo,
            modalita_pagamento: modalita,
        });
        self
    }

    pub(crate) fn collegata(mut self, originale: &Collegata) -> Self {
        self.fattura_collegata = Some(originale.clone());
        self
    }

    /// How another document names this one.
    pub(crate) fn chiave(&self) -> Collegata {
        Collegata {
            data_emissione: self.data_emissione.clone(),
            dispositivo: self.dispositivo,
            num_documento: self.num_documento.clone(),
        }
    }
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Voce {
    tipo_spesa: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag_tipo_spesa: Option<&'static str>,
    importo: Importo,
    #[serde(flatten)]
    iva: Iva,
}

impl Voce {
    pub(crate) fn new(tipo_spesa: &'static str, importo: &str, iva: Iva) -> Self {
        Voce { tipo_spesa, flag_tipo_spesa: None, importo: eur(importo), iva }
    }
}

/// A document of expense in the flat form: what a till or a laboratory program already has.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Documento {
    id: String,
    data_emissione: String,
    dispositivo: u16,
    num_documento: String,
    data_pagamento: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag_pagamento_anticipato: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cf_cittadino: Option<String>,
    voci_spesa: Vec<Voce>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pagamento_tracciato: Option<&'static str>,
    tipo_documento: &'static str,
    flag_opposizione: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_rimborso: Option<Collegata>,
}

impl Documento {
    /// A till receipt, paid on the spot by a means that can be traced.
    pub(crate) fn scontrino(id: String, numero: String, data: &str, dispositivo: u16) -> Self {
        Documento {
            id,
            data_emissione: data.to_owned(),
            dispositivo,
            num_documento: numero,
            data_pagamento: data.to_owned(),
            flag_pagamento_anticipato: None,
            cf_cittadino: None,
            voci_spesa: Vec::new(),
            pagamento_tracciato: Some("SI"),
            tipo_documento: "D",
            flag_opposizione: "0",
            id_rimborso: None,
        }
    }

    pub(crate) fn per(mut self, cf: &str) -> Self {
        self.cf_cittadino = Some(cf.to_owned());
        self
    }

    pub(crate) fn voce(mut self, voce: Voce) -> Self {
        self.voci_spesa.push(voce);
        self
    }

    pub(crate) fn tracciato(mut self, tracciato: Option<&'static str>) -> Self {
        self.pagamento_tracciato = tracciato;
        self
    }

    pub(crate) fn opposizione(mut self) -> Self {
        self.flag_opposizione = "1";
        self
    }

    pub(crate) fn pagato(mut self, data: &str) -> Self {
        self.data_pagamento = data.to_owned();
        self
    }

    pub(crate) fn anticipato(mut self, flag: &'static str) -> Self {
        self.flag_pagamento_anticipato = Some(flag);
        self
    }

    pub(crate) fn rimborsa(mut self, originale: &Collegata) -> Self {
        self.id_rimborso = Some(originale.clone());
        self
    }

    pub(crate) fn chiave(&self) -> Collegata {
        Collegata {
            data_emissione: self.data_emissione.clone(),
            dispositivo: Some(self.dispositivo),
            num_documento: self.num_documento.clone(),
        }
    }
}

/// Either form.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Invoice {
    Fattura(Fattura),
    Documento(Documento),
}

impl Invoice {
    pub(crate) fn data_emissione(&self) -> &str {
        match self {
            Invoice::Fattura(fattura) => &fattura.data_emissione,
            Invoice::Documento(documento) => &documento.data_emissione,
        }
    }

    /// The host's id and the number.
    pub(crate) fn names(&mut self) -> (&mut String, &mut String) {
        match self {
            Invoice::Fattura(fattura) => (&mut fattura.id, &mut fattura.num_documento),
            Invoice::Documento(documento) => (&mut documento.id, &mut documento.num_documento),
        }
    }

    /// The document that this one refers to.
    pub(crate) fn original(&mut self) -> Option<&mut Collegata> {
        match self {
            Invoice::Fattura(fattura) => fattura.fattura_collegata.as_mut(),
            Invoice::Documento(documento) => documento.id_rimborso.as_mut(),
        }
    }
}

impl From<Fattura> for Invoice {
    fn from(fattura: Fattura) -> Self {
        Invoice::Fattura(fattura)
    }
}

impl From<Documento> for Invoice {
    fn from(documento: Documento) -> Self {
        Invoice::Documento(documento)
    }
}
