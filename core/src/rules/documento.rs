//! The judgement of a document already in the official words: every field rule, no arithmetic.

use super::fields::{At, ID_RIMBORSO, OWN_KEY, RawKey, Reader, given};
use super::payments::tracciato_mandatory;
use super::reason::row;
use super::{Context, Judgement};
use crate::domain::invoice::{DocumentoInput, VoceInput};
use crate::domain::{
    CodiceFiscale, Data, Dispositivo, DocumentoSpesa, FlagOpposizione, FlagPagamentoAnticipato,
    Importo, PagamentoTracciato, TipoDocumento, TipoSpesa, VoceSpesa,
};

pub(super) fn judge(input: &DocumentoInput, context: &Context<'_>) -> Judgement {
    let mut reader = Reader::new(context);
    if reader.too_long(&[(input.voci_spesa.len(), "/vociSpesa")]) {
        return reader.judgement();
    }
    reader.id(&input.id);
    let raw = RawKey {
        p_iva: &input.p_iva,
        data_emissione: &input.data_emissione,
        dispositivo: input.dispositivo,
        num_documento: &input.num_documento,
    };
    let (id_spesa, data_emissione) = reader.key(&raw, &context.profile.p_iva, &OWN_KEY);
    let refund = input.id_rimborso.is_some();
    let data_pagamento = reader.data_pagamento(&input.data_pagamento, || "/dataPagamento".into());
    let scadenza = data_pagamento.and_then(|day| reader.scadenza(day, || "/dataPagamento".into()));
    let anticipato = reader.anticipato(input, data_emissione, data_pagamento, refund);
    let recipient = reader.citizen(input);
    let tipo = reader.tipo(input);
    if tipo == Some(TipoDocumento::Fattura)
        && id_spesa.as_ref().is_some_and(|id| id.dispositivo != Dispositivo::INVOICE)
    {
        reader.found.add(&row::DISPOSITIVO_NOT_ONE, "/dispositivo");
    }
    let voci = reader.voci(&input.voci_spesa, tipo);
    let tracciato = reader.tracciato(input);
    let id_rimborso = input
        .id_rimborso
        .as_ref()
        .and_then(|reference| reader.original(reference, id_spesa.as_ref(), &ID_RIMBORSO));
    let totale = voci.as_ref().and_then(|voci| Importo::sum(voci.iter().map(|v| v.importo)));

    let mut judgement = reader.judgement();
    judgement.totale = totale;
    judgement.scadenza = scadenza;
    judgement.finish(|| {
        let (flag_opposizione, cf_cittadino) = recipient?;
        Some(DocumentoSpesa {
            id_spesa: id_spesa?,
            id_rimborso,
            data_pagamento: data_pagamento?,
            flag_pagamento_anticipato: anticipato?,
            cf_cittadino,
            voci_spesa: voci?,
            pagamento_tracciato: tracciato,
            tipo_documento: Some(tipo?),
            flag_opposizione: Some(flag_opposizione),
        })
    })
}

impl Reader<'_> {
    /// The flag, as written or as the dates say, and what the dates forbid.
    fn anticipato(
        &mut self,
        input: &DocumentoInput,
        data_emissione: Option<Data>,
        data_pagamento: Option<Data>,
        refund: bool,
    ) -> Option<FlagPagamentoAnticipato> {
        use FlagPagamentoAnticipato::{Assente, Presente};
        const PATH: &str = "/flagPagamentoAnticipato";
        let written = match given(&input.flag_pagamento_anticipato) {
            None => None,
            Some(text) => {
                let Ok(flag) = FlagPagamentoAnticipato::parse(text) else {
                    self.found.add(&row::FLAG_ANTICIPATO_WRONG, PATH);
                    return None;
                };
                Some(flag)
            }
        };
        let (Some(emissione), Some(pagamento)) = (data_emissione, data_pagamento) else {
            return written.or(Some(Assente));
        };
        if refund && pagamento != emissione {
            self.found.add(&row::REFUND_PAYMENT_DATE, "/dataPagamento");
        }
        match (written, pagamento < emissione) {
            (Some(Assente), true) => self.found.add(&row::PAYMENT_BEFORE_ISSUE, PATH),
            (None, true) => self.found.add(&row::ADVANCE_PAYMENT, "/dataPagamento"),
            (Some(Presente), false) => self.found.add(&row::FLAG_ANTICIPATO_UNNEEDED, PATH),
            _ => {}
        }
        Some(written.unwrap_or(if pagamento < emissione { Presente } else { Assente }))
    }

    fn citizen(
        &mut self,
        input: &DocumentoInput,
    ) -> Option<(FlagOpposizione, Option<CodiceFiscale>)> {
        let flag = self.flag_opposizione(&input.flag_opposizione, "/flagOpposizione")?;
        if flag == FlagOpposizione::Assente {
            let cf = self.cf_cittadino(input.cf_cittadino.as_ref(), "/cfCittadino")?;
            return Some((flag, Some(cf)));
        }
        self.found.add(&row::OPPOSITION, "/flagOpposizione");
        let written = input.cf_cittadino.as_ref().is_some_and(|cf| !cf.expose().trim().is_empty());
        if written {
            self.found.add(&row::OPPOSITION_WITH_CF, "/cfCittadino");
        }
        Some((flag, None))
    }

    fn tipo(&mut self, input: &DocumentoInput) -> Option<TipoDocumento> {
        let Some(text) = given(&input.tipo_documento) else {
            self.found.add(&row::TIPO_DOCUMENTO_MISSING, "/tipoDocumento");
            return None;
        };
        let tipo = TipoDocumento::parse(text).ok();
        if tipo.is_none() {
            self.found.add(&row::TIPO_DOCUMENTO_WRONG, "/tipoDocumento");
        }
        tipo
    }

    fn voci(&mut self, voci: &[VoceInput], tipo: Option<TipoDocumento>) -> Option<Vec<VoceSpesa>> {
        if voci.is_empty() {
            self.found.add(&row::NO_LINES, "/vociSpesa");
            return None;
        }
        let mut read = Vec::with_capacity(voci.len());
        let mut seen = 0;
        for (i, voce) in voci.iter().enumerate() {
            let at = At("vociSpesa", i);
            let tipo_spesa = match given(&voce.tipo_spesa) {
                Some(text) => self.tipo_spesa(text, at, &mut seen),
                None => {
                    self.found.add(&row::TIPO_SPESA_MISSING, at.field("tipoSpesa"));
                    None
                }
            };
            let flag_tipo_spesa = self.flag_tipo_spesa(&voce.flag_tipo_spesa, tipo_spesa, at);
            let importo = self.importo(&voce.importo, || at.field("importo"));
            let importo = importo.filter(|importo| {
                let wrong = if importo.cents() <= 0 {
                    &row::IMPORTO_NOT_POSITIVE
                } else if !VoceSpesa::IMPORTO_CENTS.contains(&importo.cents()) {
                    &row::IMPORTO_RANGE
                } else {
                    return true;
                };
                self.found.add(wrong, at.field("importo"));
                false
            });
            let iva = self.iva(&voce.aliquota_iva, &voce.natura_iva, tipo, at);
            if iva == Some(None) {
                self.found.add(&row::IVA_MISSING, at.field("aliquotaIVA"));
            }
            if let Some(iva) = iva {
                self.check_natura(iva, tipo_spesa, tipo, at);
            }
            if let (Some(tipo_spesa), Some(flag_tipo_spesa), Some(importo), Some(iva)) =
                (tipo_spesa, flag_tipo_spesa, importo, iva.flatten())
            {
                read.push(VoceSpesa { tipo_spesa, flag_tipo_spesa, importo, iva: Some(iva) });
            }
        }
        (read.len() == voci.len()).then_some(read)
    }

    fn tracciato(&mut self, input: &DocumentoInput) -> Option<PagamentoTracciato> {
        const PATH: &str = "/pagamentoTracciato";
        let Some(text) = given(&input.pagamento_tracciato) else {
            // A kind that cannot be read has its own reason.
            let kind = |v: &VoceInput| TipoSpesa::parse(given(&v.tipo_spesa)?).ok();
            let tipi = input.voci_spesa.iter().filter_map(kind);
            if tracciato_mandatory(self.context.profile.categoria, tipi) {
                self.found.add(&row::TRACCIATO_MISSING, PATH);
            }
            return None;
        };
        let tracciato = PagamentoTracciato::parse(text).ok();
        if tracciato.is_none() {
            self.found.add(&row::TRACCIATO_WRONG, PATH);
        }
        tracciato
    }
}
