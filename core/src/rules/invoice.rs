//! The judgement of an invoice.

use super::fields::{At, FATTURA_COLLEGATA, OWN_KEY, RawKey, Reader, given};
use super::payments::{Due, tracciato_mandatory};
use super::reason::{Effect, row};
use super::{Context, Judgement};
use crate::domain::invoice::{CessionarioCommittente, Invoice};
use crate::domain::{
    CodiceFiscale, CodiceFiscaleKind, Dispositivo, DocumentoSpesa, FlagOpposizione,
    FlagPagamentoAnticipato, Importo, TipoDocumento,
};

pub(super) fn judge(invoice: &Invoice, context: &Context<'_>) -> Judgement {
    let mut reader = Reader::new(context);
    let lists = [
        (invoice.dettaglio_linee.len(), "/dettaglioLinee"),
        (invoice.dati_cassa_previdenziale.len(), "/datiCassaPrevidenziale"),
        (invoice.pagamenti.len(), "/pagamenti"),
    ];
    if reader.too_long(&lists) {
        return reader.judgement();
    }
    reader.id(&invoice.id);
    reader.stato(invoice);
    let tipo = reader.tipo_documento(invoice);
    let raw = RawKey {
        p_iva: &invoice.p_iva,
        data_emissione: &invoice.data_emissione,
        dispositivo: invoice.dispositivo,
        num_documento: &invoice.num_documento,
    };
    let (id_spesa, data_emissione) = reader.key(&raw, &context.profile.p_iva, &OWN_KEY);
    let is_invoice = tipo.is_some_and(|(tipo, _)| tipo == TipoDocumento::Fattura);
    if is_invoice && id_spesa.as_ref().is_some_and(|id| id.dispositivo != Dispositivo::INVOICE) {
        reader.found.add(&row::DISPOSITIVO_NOT_ONE, "/dispositivo");
    }
    let recipient = reader.recipient(invoice.cessionario_committente.as_ref());
    let amounts = reader.amounts(invoice, tipo.map(|(tipo, _)| tipo));
    let totale = amounts.as_ref().map(|a| a.totale);

    let refund = tipo.is_some_and(|(_, kind)| kind == Kind::Refund);
    let due = match totale {
        _ if refund => Due::Refund,
        Some(totale) => Due::Total(totale),
        None => Due::Unknown,
    };
    // Of nothing, nothing is to be paid.
    let payments = if totale == Some(Importo::ZERO) {
        Default::default()
    } else {
        reader.payments(&invoice.pagamenti, due)
    };
    let data_pagamento = if refund { data_emissione } else { payments.last.map(|(day, _)| day) };
    let scadenza = data_pagamento.and_then(|day| {
        reader.scadenza(day, || match payments.last {
            Some((_, i)) if !refund => At("pagamenti", i).field("dataPagamento"),
            _ => OWN_KEY.data_emissione.into(),
        })
    });
    let advance = data_pagamento < data_emissione && data_pagamento.is_some();
    if advance {
        reader.found.add(&row::ADVANCE_PAYMENT, "/pagamenti");
    }
    if let Some(amounts) = &amounts {
        let tipi = amounts.voci.iter().map(|voce| voce.tipo_spesa);
        let paid = refund || !invoice.pagamenti.is_empty();
        let unknown = payments.without_means.is_some() || invoice.pagamenti.is_empty();
        if paid && unknown && tracciato_mandatory(context.profile.categoria, tipi) {
            let path = match payments.without_means {
                Some(i) => At("pagamenti", i).field("modalitaPagamento"),
                None => "/pagamenti".into(),
            };
            reader.found.add(&row::PAYMENT_MEANS_MISSING, path);
        }
    }
    let id_rimborso = match (&invoice.fattura_collegata, refund) {
        (Some(reference), true) => {
            reader.original(reference, id_spesa.as_ref(), &FATTURA_COLLEGATA)
        }
        (None, true) => {
            reader.found.add(&row::REFUND_ORIGINAL_MISSING, "/fatturaCollegata");
            None
        }
        (Some(_), false) => {
            reader.found.add(&row::LINKED_INVOICE_IGNORED, "/fatturaCollegata");
            None
        }
        (None, false) => None,
    };

    let mut judgement = reader.judgement();
    judgement.totale = totale;
    judgement.scadenza = scadenza;
    let (voci_spesa, esclusi) = amounts.map(|a| (a.voci, a.esclusi)).unwrap_or_default();
    judgement.esclusi = esclusi;
    judgement.finish(|| {
        let (flag_opposizione, cf_cittadino) = recipient?;
        Some(DocumentoSpesa {
            id_spesa: id_spesa?,
            id_rimborso,
            data_pagamento: data_pagamento?,
            flag_pagamento_anticipato: if advance {
                FlagPagamentoAnticipato::Presente
            } else {
                FlagPagamentoAnticipato::Assente
            },
            cf_cittadino,
            voci_spesa,
            pagamento_tracciato: payments.tracciato,
            tipo_documento: Some(tipo?.0),
            flag_opposizione: Some(flag_opposizione),
        })
    })
}

/// What a type of document is to Sistema TS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Expense,
    Refund,
}

impl Reader<'_> {
    fn stato(&mut self, invoice: &Invoice) {
        let row = match given(&invoice.stato) {
            Some("emessa") => return,
            Some("bozza") => &row::DRAFT,
            Some("annullata") => &row::VOID,
            _ => &row::STATO_WRONG,
        };
        self.found.add(row, "/stato");
    }

    fn tipo_documento(&mut self, invoice: &Invoice) -> Option<(TipoDocumento, Kind)> {
        use TipoDocumento::{DocumentoCommerciale, Fattura};
        let row = match given(&invoice.tipo_documento).unwrap_or("TD01") {
            "F" | "TD01" | "TD02" | "TD03" | "TD05" | "TD06" | "TD07" | "TD09" | "TD24"
            | "TD25" => return Some((Fattura, Kind::Expense)),
            "TD04" | "TD08" => return Some((Fattura, Kind::Refund)),
            "D" if invoice.fattura_collegata.is_some() => {
                return Some((DocumentoCommerciale, Kind::Refund));
            }
            "D" => return Some((DocumentoCommerciale, Kind::Expense)),
            "TD10" | "TD11" | "TD12" | "TD16" | "TD17" | "TD18" | "TD19" | "TD20" | "TD21"
            | "TD22" | "TD23" | "TD26" | "TD27" | "TD28" | "TD29" => &row::NOT_A_SALE,
            _ => &row::TIPO_DOCUMENTO_WRONG,
        };
        self.found.add(row, "/tipoDocumento");
        None
    }

    /// Opposition, and the tax code when there is none.
    fn recipient(
        &mut self,
        recipient: Option<&CessionarioCommittente>,
    ) -> Option<(FlagOpposizione, Option<CodiceFiscale>)> {
        const CF: &str = "/cessionarioCommittente/cfCittadino";
        let Some(recipient) = recipient else {
            self.found.add(&row::NO_CF, CF);
            return None;
        };
        let has_p_iva =
            recipient.p_iva.as_ref().is_some_and(|p_iva| !p_iva.expose().trim().is_empty());
        match recipient.persona_fisica {
            Some(false) => {
                let path = "/cessionarioCommittente/personaFisica";
                self.found.add(&row::COMPANY_RECIPIENT, path);
                return None;
            }
            None if has_p_iva => {
                self.found.add(&row::COMPANY_RECIPIENT, "/cessionarioCommittente/pIva");
                return None;
            }
            _ => {}
        }
        let flag = self.flag_opposizione(
            &recipient.flag_opposizione,
            "/cessionarioCommittente/flagOpposizione",
        )?;
        if flag == FlagOpposizione::Presente {
            self.found.add(&row::OPPOSITION, "/cessionarioCommittente/flagOpposizione");
            return Some((flag, None));
        }
        let cf = self.cf_cittadino(recipient.cf_cittadino.as_ref(), CF)?;
        match (cf.kind(), recipient.persona_fisica) {
            (CodiceFiscaleKind::Body, None) => self.found.add(&row::COMPANY_RECIPIENT, CF),
            (CodiceFiscaleKind::Provisional, None) => {
                self.found.add(&row::RECIPIENT_UNCLEAR, CF);
            }
            _ => {}
        }
        Some((flag, Some(cf)))
    }

    /// The judgement so far, without document.
    pub(super) fn judgement(self) -> Judgement {
        let today = self.context.today;
        Judgement {
            verdict: self.found.verdict(today),
            review_on: self.found.review_on(today),
            reasons: self.found.reasons,
            documento: None,
            totale: None,
            esclusi: Vec::new(),
            scadenza: None,
        }
    }
}

impl Judgement {
    /// Builds the document when nothing stands in its way.
    ///
    /// Every part that cannot be read has left a reason that forbids sending; should one ever be
    /// missing, the document must not go, so the verdict says that it is to be looked at.
    pub(super) fn finish(
        mut self,
        documento: impl FnOnce() -> Option<DocumentoSpesa<CodiceFiscale>>,
    ) -> Judgement {
        if self.verdict == Effect::Send.verdict() {
            self.documento = documento();
            debug_assert!(self.documento.is_some(), "a reason is missing");
            if self.documento.is_none() {
                self.verdict = Effect::Fix.verdict();
            }
        }
        self
    }
}
