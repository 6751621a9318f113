//! From a file of a practice program to a judgement.

use sts_core::domain::invoice::{Input, Pagamento};
use sts_core::domain::{Data, Profile};
use sts_core::rules::{Calendar, Context, Judgement, Policy, Verdict, judge};
use sts_core::wire::fatturapa::read_fatturapa;
use sts_core::wire::invoice_csv::read_invoice_csv;

fn judged(input: &Input) -> Judgement {
    let profile: Profile = serde_json::from_str(
        r#"{"categoria":"psicologo","cfProprietario":"PROVAX00X00X000Y","pIva":"01201200121",
            "strictness":"kit"}"#,
    )
    .expect("a profile");
    judge(
        input,
        &Context {
            profile: &profile,
            policy: &Policy::default(),
            calendar: &Calendar::builtin(),
            today: Data::parse("2026-11-23").expect("a date"),
        },
    )
}

fn codes(judgement: &Judgement) -> Vec<&'static str> {
    judgement.reasons.iter().map(|r| r.code).collect()
}

/// A flat-rate psychologist's invoice: fee, pension contribution, charged stamp duty as a line.
const FATTURA: &str = r#"<ns2:FatturaElettronica versione="FPR12"
    xmlns:ns2="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
  <FatturaElettronicaHeader>
    <CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>01201200121</IdCodice>
      </IdFiscaleIVA></DatiAnagrafici></CedentePrestatore>
    <CessionarioCommittente><DatiAnagrafici><CodiceFiscale>XXAYYB01A01A000S</CodiceFiscale>
      <Anagrafica><Nome>Inventato</Nome><Cognome>Nessuno</Cognome></Anagrafica></DatiAnagrafici>
    </CessionarioCommittente>
  </FatturaElettronicaHeader>
  <FatturaElettronicaBody>
    <DatiGenerali><DatiGeneraliDocumento>
      <TipoDocumento>TD06</TipoDocumento><Divisa>EUR</Divisa><Data>2026-03-31</Data><Numero>12</Numero>
      <DatiBollo><BolloVirtuale>SI</BolloVirtuale><ImportoBollo>2.00</ImportoBollo></DatiBollo>
      <DatiCassaPrevidenziale><TipoCassa>TC21</TipoCassa><AlCassa>2.00</AlCassa>
        <ImportoContributoCassa>2.00</ImportoContributoCassa><ImponibileCassa>100.00</ImponibileCassa>
        <AliquotaIVA>0.00</AliquotaIVA><Natura>N2.2</Natura></DatiCassaPrevidenziale>
      <ImportoTotaleDocumento>104.00</ImportoTotaleDocumento>
    </DatiGeneraliDocumento></DatiGenerali>
    <DatiBeniServizi>
      <DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Colloquio</Descrizione>
        <PrezzoUnitario>100.00000000</PrezzoUnitario><PrezzoTotale>100.00000000</PrezzoTotale>
        <AliquotaIVA>0.00</AliquotaIVA><Natura>N2.2</Natura></DettaglioLinee>
      <DettaglioLinee><NumeroLinea>2</NumeroLinea><Descrizione>Bollo virtuale</Descrizione>
        <PrezzoTotale>2.00</PrezzoTotale><AliquotaIVA>0.00</AliquotaIVA><Natura>N1</Natura></DettaglioLinee>
    </DatiBeniServizi>
    <DatiPagamento><CondizioniPagamento>TP02</CondizioniPagamento><DettaglioPagamento>
      <ModalitaPagamento>MP05</ModalitaPagamento><DataScadenzaPagamento>2026-03-31</DataScadenzaPagamento>
      <ImportoPagamento>104.00</ImportoPagamento></DettaglioPagamento></DatiPagamento>
  </FatturaElettronicaBody>
</ns2:FatturaElettronica>"#;

#[test]
fn a_fatturapa_file_waits_until_the_host_adds_the_payment() {
    let mut invoice =
        read_fatturapa(FATTURA.as_bytes()).expect("a file").remove(0).expect("an invoice");
    let unpaid = judged(&Input::Invoice(Box::new(invoice.clone())));
    assert_eq!(unpaid.verdict, Verdict::Wait);
    assert_eq!(codes(&unpaid), ["TIPO_SPESA_DEFAULTED", "UNPAID"]);

    invoice.pagamenti.push(Pagamento {
        data_pagamento: Some("2026-04-02".to_owned()),
        importo: Some("104.00".to_owned()),
        modalita_pagamento: Some("MP05".to_owned()),
    });
    let paid = judged(&Input::Invoice(Box::new(invoice)));
    let documento = paid.documento.expect("it can go");
    assert_eq!(documento.voci_spesa.len(), 1);
    assert_eq!(documento.voci_spesa[0].importo.to_string(), "104.00");
}

#[test]
fn a_sheet_of_invoices_is_judged_like_the_same_invoices_as_json() {
    let sheet = "\u{feff}id;stato;dataEmissione;numDocumento;cfCittadino;prezzoTotale;naturaIVA;tipoSpesa;\
        dataPagamento;importo;modalitaPagamento\r\n\
        a;emessa;31/03/2026;12;XXAYYB01A01A000S;40,00;N4;SP;02/04/2026;60,00;MP01\r\n\
        a;emessa;31/03/2026;12;XXAYYB01A01A000S;20,00;N4;SP;02/04/2026;60,00;MP01\r\n\
        b;emessa;31/03/2026;13;;40,00;N4;SP;;;\r\n";
    let read = read_invoice_csv(sheet.as_bytes()).expect("a sheet");
    let judgements: Vec<_> =
        read.iter().map(|one| judged(one.as_ref().expect("an invoice"))).collect();
    assert_eq!(judgements[0].verdict, Verdict::Send);
    assert_eq!(judgements[0].totale.map(|t| t.to_string()).as_deref(), Some("60.00"));
    assert_eq!(judgements[1].verdict, Verdict::Fix);
    assert_eq!(codes(&judgements[1]), ["NO_CF", "UNPAID"]);
}
