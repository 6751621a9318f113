//! An invoice file in FatturaPA's XML (version 1.2, `FPR12` or `FPA12`), as many practice programs
//! keep one, read into the same [`Invoice`] as JSON.
//!
//! What such a file cannot say, and what is read instead:
//!
//! - **Payment.** `DettaglioPagamento` tells when payment is due, not when it came, so `pagamenti`
//!   stays empty and the judgement is `wait` until the host adds what was received.
//! - **Kind of expense.** Read from `AltriDatiGestionali` of the line: `TipoDato` `TIPOSPESA` with
//!   the code in `RiferimentoTesto` (`NO` for a line that is no health expense), `FLAGSPESA` with
//!   the mark. Lines without it take the default of the rules.
//! - **Opposition.** `TipoDato` `STS-OPP` on any line, with `RiferimentoTesto` `1`.
//! - **Stamp duty.** `DatiBollo` does not say whether it is charged. A line that charges it
//!   (nature N1, its amount, the word "bollo") becomes `datiBollo` with `addebitato`; without such
//!   a line the total of the document tells.
//! - **Id.** There is none: it is made of VAT number, date and number of the document.
//!
//! A discount on the whole document (`ScontoMaggiorazione` of the general data) belongs to no line
//! and is refused. Signed files (`.p7m`) and the simplified form are not read.

use super::xml::{Element, Limits, XmlError, decode, read};
use crate::domain::InputError;
use crate::domain::invoice::{
    CessionarioCommittente, DatiBollo, DatiCassaPrevidenziale, DettaglioLinea, Invoice,
    RiferimentoDocumento,
};
use crate::secret::Secret;

/// The longest file read: the limit of the exchange system itself.
pub const MAX_BYTES: usize = 5 << 20;
/// The most invoices (`FatturaElettronicaBody`) of a file.
pub const MAX_BODIES: usize = 1000;
const LIMITS: Limits = Limits { depth: 32, elements: 200_000 };
/// The stamp duty when `ImportoBollo` is left out.
const BOLLO: &str = "2.00";

/// Reads a file into its invoices. The outer error means that the file cannot be read; an invoice
/// that cannot be taken is an inner error, with the place of its body (`/0`, `/1`, …).
///
/// Codes: `FATTURAPA_TOO_LARGE`, `FATTURAPA_XML` (not well-formed), `FATTURAPA_FORBIDDEN`
/// (document type or entities), `FATTURAPA_LIMIT`, `FATTURAPA_FORM` (not a FatturaPA file),
/// `FATTURAPA_DISCOUNT`.
pub fn read_fatturapa(bytes: &[u8]) -> Result<Vec<Result<Invoice, InputError>>, InputError> {
    if bytes.len() > MAX_BYTES {
        return Err(error(
            "FATTURAPA_TOO_LARGE",
            "the file is larger than 5 MB",
            "il file supera i 5 MB",
        ));
    }
    let root = read(&decode(bytes), LIMITS).map_err(|e| match e {
        XmlError::IllFormed => error(
            "FATTURAPA_XML",
            "the file is not well-formed XML (signed .p7m files are not read)",
            "il file non è XML ben formato (i file firmati .p7m non sono letti)",
        ),
        XmlError::Forbidden => error(
            "FATTURAPA_FORBIDDEN",
            "the file has a document type or entities",
            "il file contiene un DOCTYPE o delle entità",
        ),
        XmlError::Limit => {
            error("FATTURAPA_LIMIT", "the file has too many elements", "il file ha troppi elementi")
        }
    })?;
    let header = Some(&root)
        .filter(|root| root.name() == "FatturaElettronica")
        .and_then(|root| child(root, "FatturaElettronicaHeader"))
        .ok_or_else(|| {
            error(
                "FATTURAPA_FORM",
                "expected FatturaElettronica with its header",
                "è atteso FatturaElettronica con la sua testata",
            )
        })?;
    let bodies = || all(&root, "FatturaElettronicaBody");
    if bodies().count() > MAX_BODIES {
        return Err(error(
            "FATTURAPA_LIMIT",
            "the file has more than 1000 invoices",
            "il file ha più di 1000 fatture",
        ));
    }
    Ok(bodies().enumerate().map(|(i, body)| invoice(header, body, i)).collect())
}

fn error(code: &'static str, en: &str, it: &str) -> InputError {
    InputError::new(code, "", en, it)
}

fn invoice(header: &Element, body: &Element, index: usize) -> Result<Invoice, InputError> {
    let general = descend(body, &["DatiGenerali", "DatiGeneraliDocumento"]);
    let general = general.ok_or_else(|| {
        InputError::new(
            "FATTURAPA_FORM",
            format!("/{index}"),
            "expected DatiGeneraliDocumento",
            "è atteso DatiGeneraliDocumento",
        )
    })?;
    if child(general, "ScontoMaggiorazione").is_some() {
        return Err(InputError::new(
            "FATTURAPA_DISCOUNT",
            format!("/{index}"),
            "a discount on the whole document belongs to no line",
            "uno sconto sull'intero documento non è attribuibile a una riga",
        ));
    }
    let lines = || {
        let goods = child(body, "DatiBeniServizi");
        goods.into_iter().flat_map(|goods| all(goods, "DettaglioLinee"))
    };
    let dati_bollo = child(general, "DatiBollo");
    let importo_bollo = dati_bollo
        .and_then(|bollo| money(bollo, "ImportoBollo"))
        .unwrap_or_else(|| BOLLO.to_owned());
    let charging = lines().position(|line| charges_bollo(line, &importo_bollo));
    let issuer = ["CedentePrestatore", "DatiAnagrafici", "IdFiscaleIVA", "IdCodice"];
    let p_iva = descend(header, &issuer).map(text);
    let tipo_documento = value(general, "TipoDocumento");
    let data_emissione = value(general, "Data");
    let num_documento = value(general, "Numero");
    let key = [&p_iva, &data_emissione, &num_documento];
    let id = key.map(|part| part.as_deref().unwrap_or("-")).join("_");
    let is_credit = matches!(tipo_documento.as_deref(), Some("TD04" | "TD08"));
    let opposes = lines().any(|line| other_datum(line, "STS-OPP").as_deref() == Some("1"));
    Ok(Invoice {
        id,
        stato: Some("emessa".to_owned()),
        p_iva,
        data_emissione,
        dispositivo: None,
        num_documento,
        cessionario_committente: child(header, "CessionarioCommittente")
            .map(|recipient| patient(recipient, opposes)),
        dettaglio_linee: lines()
            .enumerate()
            .filter(|(i, _)| Some(*i) != charging)
            .map(|(_, line)| detail(line))
            .collect(),
        dati_bollo: (dati_bollo.is_some() || charging.is_some()).then(|| DatiBollo {
            importo_bollo: Some(importo_bollo),
            addebitato: charging.map(|_| true),
        }),
        dati_cassa_previdenziale: all(general, "DatiCassaPrevidenziale").map(cassa).collect(),
        importo_totale_documento: money(general, "ImportoTotaleDocumento"),
        pagamenti: Vec::new(),
        fattura_collegata: is_credit.then(|| linked(body)).flatten(),
        tipo_documento,
    })
}

fn patient(recipient: &Element, opposes: bool) -> CessionarioCommittente {
    let data = child(recipient, "DatiAnagrafici");
    let company = data.and_then(|d| descend(d, &["Anagrafica", "Denominazione"])).is_some();
    let p_iva = data.and_then(|d| descend(d, &["IdFiscaleIVA", "IdCodice"])).map(text);
    // A private person from abroad has the state there and a code that is no VAT number.
    let country = data.and_then(|d| descend(d, &["IdFiscaleIVA", "IdPaese"]));
    let abroad = country.is_some_and(|country| country.text() != "IT");
    CessionarioCommittente {
        // With a VAT number a person may have bought for a business: the rules decide.
        persona_fisica: match (company, &p_iva) {
            (true, _) => Some(false),
            (false, None) => Some(true),
            (false, Some(_)) if abroad => Some(true),
            (false, Some(_)) => None,
        },
        cf_cittadino: data.and_then(|d| value(d, "CodiceFiscale")).map(Secret::new),
        p_iva: p_iva.map(Secret::new),
        flag_opposizione: opposes.then(|| "1".to_owned()),
    }
}

fn detail(line: &Element) -> DettaglioLinea {
    let (aliquota_iva, natura_iva) = iva(line);
    let tipo = other_datum(line, "TIPOSPESA");
    let excluded = tipo.as_deref() == Some("NO");
    DettaglioLinea {
        prezzo_totale: money(line, "PrezzoTotale"),
        aliquota_iva,
        natura_iva,
        tipo_spesa: tipo.filter(|_| !excluded),
        flag_tipo_spesa: other_datum(line, "FLAGSPESA"),
        sanitaria: excluded.then_some(false),
        ..DettaglioLinea::default()
    }
}

fn cassa(data: &Element) -> DatiCassaPrevidenziale {
    let (aliquota_iva, natura_iva) = iva(data);
    DatiCassaPrevidenziale {
        tipo_cassa: value(data, "TipoCassa"),
        al_cassa: value(data, "AlCassa"),
        importo_contributo_cassa: money(data, "ImportoContributoCassa"),
        aliquota_iva,
        natura_iva,
    }
}

/// FatturaPA writes a rate of zero beside the nature; Sistema TS wants one of the two.
fn iva(element: &Element) -> (Option<String>, Option<String>) {
    let natura = value(element, "Natura");
    let aliquota = value(element, "AliquotaIVA").filter(|_| natura.is_none());
    (aliquota, natura)
}

fn charges_bollo(line: &Element, importo: &str) -> bool {
    let names_it = || {
        let description = value(line, "Descrizione").unwrap_or_default();
        description.to_ascii_lowercase().contains("bollo")
    };
    value(line, "Natura").as_deref() == Some("N1")
        && money(line, "PrezzoTotale").as_deref() == Some(importo)
        && names_it()
}

/// The original of a credit note, when there is exactly one.
fn linked(body: &Element) -> Option<RiferimentoDocumento> {
    let general = child(body, "DatiGenerali")?;
    let mut references = all(general, "DatiFattureCollegate");
    let reference = references.next().filter(|_| references.next().is_none())?;
    Some(RiferimentoDocumento {
        p_iva: None,
        data_emissione: value(reference, "Data"),
        dispositivo: None,
        num_documento: value(reference, "IdDocumento"),
    })
}

fn other_datum(line: &Element, kind: &str) -> Option<String> {
    let datum = all(line, "AltriDatiGestionali")
        .find(|data| child(data, "TipoDato").is_some_and(|tipo| tipo.text() == kind))?;
    value(datum, "RiferimentoTesto")
}

/// Some programs put the namespace on every element: local names decide.
fn child<'a>(element: &'a Element, name: &str) -> Option<&'a Element> {
    element.children().iter().find(|c| c.name() == name)
}

fn all<'a>(element: &'a Element, name: &'static str) -> impl Iterator<Item = &'a Element> {
    element.children().iter().filter(move |c| c.name() == name)
}

fn descend<'a>(element: &'a Element, names: &[&str]) -> Option<&'a Element> {
    names.iter().try_fold(element, |element, name| child(element, name))
}

fn text(element: &Element) -> String {
    element.text().to_owned()
}

fn value(element: &Element, name: &str) -> Option<String> {
    child(element, name).map(text).filter(|text| !text.is_empty())
}

/// An amount, rounded half up to cents: FatturaPA allows eight decimals. What is no amount is left
/// as it is, for the rules to say so.
fn money(element: &Element, name: &str) -> Option<String> {
    let text = value(element, name)?;
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = whole.strip_prefix('-').unwrap_or(whole);
    if decimals.len() <= 2 || !digits(unsigned) || !digits(decimals) || unsigned.len() > 12 {
        return Some(text);
    }
    let up = decimals.as_bytes()[2] >= b'5';
    let cents: u64 = format!("{unsigned}{}", &decimals[..2]).parse().ok()?;
    let cents = cents + u64::from(up);
    let sign = if whole.starts_with('-') && cents > 0 { "-" } else { "" };
    Some(format!("{sign}{}.{:02}", cents / 100, cents % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(recipient: &str, general: &str, lines: &str) -> String {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
<FatturaElettronicaHeader><CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese>
<IdCodice>12345678903</IdCodice></IdFiscaleIVA></DatiAnagrafici></CedentePrestatore>
<CessionarioCommittente><DatiAnagrafici>{recipient}</DatiAnagrafici></CessionarioCommittente>
</FatturaElettronicaHeader><FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento>
<TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa><Data>2026-03-31</Data>
<Numero>7/A</Numero>{general}</DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi>{lines}</DatiBeniServizi>
<DatiPagamento><DettaglioPagamento><ModalitaPagamento>MP05</ModalitaPagamento>
<DataScadenzaPagamento>2026-04-30</DataScadenzaPagamento><ImportoPagamento>62.00</ImportoPagamento>
</DettaglioPagamento></DatiPagamento></FatturaElettronicaBody></p:FatturaElettronica>"#
        )
    }

    const PERSON: &str = "<CodiceFiscale>XXAYYB01A01A000S</CodiceFiscale>\
        <Anagrafica><Nome>N</Nome><Cognome>C</Cognome></Anagrafica>";
    const LINE: &str = "<DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Colloquio\
        </Descrizione><PrezzoTotale>60.00000000</PrezzoTotale><AliquotaIVA>0.00</AliquotaIVA>\
        <Natura>N4</Natura></DettaglioLinee>";

    fn one(text: &str) -> Invoice {
        read_fatturapa(text.as_bytes()).unwrap().remove(0).unwrap()
    }

    fn code(text: &str) -> &'static str {
        match read_fatturapa(text.as_bytes()) {
            Err(e) => e.code,
            Ok(mut all) => all.remove(0).unwrap_err().code,
        }
    }

    #[test]
    fn a_person_is_a_person_and_a_due_date_is_no_payment() {
        let invoice = one(&file(PERSON, "", LINE));
        let recipient = invoice.cessionario_committente.unwrap();
        assert_eq!(recipient.persona_fisica, Some(true));
        assert_eq!(recipient.cf_cittadino.unwrap().expose(), "XXAYYB01A01A000S");
        assert_eq!(invoice.id, "12345678903_2026-03-31_7/A");
        assert_eq!(invoice.dettaglio_linee[0].prezzo_totale.as_deref(), Some("60.00"));
        assert_eq!(invoice.dettaglio_linee[0].natura_iva.as_deref(), Some("N4"));
        assert_eq!(invoice.dettaglio_linee[0].aliquota_iva, None);
        assert!(invoice.pagamenti.is_empty());
    }

    #[test]
    fn a_denomination_is_a_company() {
        let company = "<CodiceFiscale>12345678903</CodiceFiscale>\
            <Anagrafica><Denominazione>D</Denominazione></Anagrafica>";
        let recipient = one(&file(company, "", LINE)).cessionario_committente.unwrap();
        assert_eq!(recipient.persona_fisica, Some(false));
    }

    #[test]
    fn a_person_from_abroad_is_no_business() {
        let recipient = |country: &str| {
            let text = format!(
                "<IdFiscaleIVA><IdPaese>{country}</IdPaese><IdCodice>0000000</IdCodice>\
                 </IdFiscaleIVA>{PERSON}"
            );
            let invoice = one(&file(&text, "", LINE));
            invoice.cessionario_committente.unwrap().persona_fisica
        };
        assert_eq!(recipient("DE"), Some(true));
        assert_eq!(recipient("IT"), None);
    }

    #[test]
    fn a_line_that_charges_the_stamp_duty_becomes_stamp_duty() {
        let bollo = "<DatiBollo><BolloVirtuale>SI</BolloVirtuale><ImportoBollo>2.00</ImportoBollo>\
            </DatiBollo><ImportoTotaleDocumento>62.00</ImportoTotaleDocumento>";
        let line = "<DettaglioLinee><Descrizione>Imposta di BOLLO</Descrizione><PrezzoTotale>2.00\
            </PrezzoTotale><AliquotaIVA>0.00</AliquotaIVA><Natura>N1</Natura></DettaglioLinee>";
        let invoice = one(&file(PERSON, bollo, &format!("{LINE}{line}")));
        assert_eq!(invoice.dettaglio_linee.len(), 1);
        assert_eq!(invoice.dati_bollo.unwrap().addebitato, Some(true));
        let without = one(&file(PERSON, bollo, LINE));
        assert_eq!(without.dati_bollo.unwrap().addebitato, None);
    }

    #[test]
    fn kind_of_expense_and_opposition_are_read_from_the_other_data_of_a_line() {
        let line = |data: &str| {
            format!(
                "<DettaglioLinee><PrezzoTotale>1.00</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA>{data}</DettaglioLinee>"
            )
        };
        let datum = |tipo: &str, text: &str| {
            format!(
                "<AltriDatiGestionali><TipoDato>{tipo}</TipoDato><RiferimentoTesto>{text}</RiferimentoTesto></AltriDatiGestionali>"
            )
        };
        let lines = line(&(datum("TIPOSPESA", "SR") + &datum("FLAGSPESA", "2")))
            + &line(&(datum("TIPOSPESA", "NO") + &datum("STS-OPP", "1")));
        let invoice = one(&file(PERSON, "", &lines));
        assert_eq!(invoice.dettaglio_linee[0].tipo_spesa.as_deref(), Some("SR"));
        assert_eq!(invoice.dettaglio_linee[0].flag_tipo_spesa.as_deref(), Some("2"));
        assert_eq!(invoice.dettaglio_linee[1].sanitaria, Some(false));
        let recipient = invoice.cessionario_committente.unwrap();
        assert_eq!(recipient.flag_opposizione.as_deref(), Some("1"));
    }

    #[test]
    fn a_credit_note_keeps_its_only_original() {
        let credit = file(PERSON, "", LINE).replace("TD01", "TD04").replace(
            "</DatiGenerali>",
            "<DatiFattureCollegate><IdDocumento>6/A</IdDocumento><Data>2026-03-01</Data>\
             </DatiFattureCollegate></DatiGenerali>",
        );
        let original = one(&credit).fattura_collegata.unwrap();
        assert_eq!(original.num_documento.as_deref(), Some("6/A"));
        assert_eq!(original.data_emissione.as_deref(), Some("2026-03-01"));
    }

    #[test]
    fn every_body_is_an_invoice() {
        let text = file(PERSON, "", LINE);
        let (start, end) = (
            text.find("<FatturaElettronicaBody>").unwrap(),
            text.find("</p:FatturaElettronica>").unwrap(),
        );
        let body = text[start..end].replace("7/A", "8/A");
        let two = format!("{}{body}{}", &text[..end], &text[end..]);
        let read = read_fatturapa(two.as_bytes()).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[1].as_ref().unwrap().num_documento.as_deref(), Some("8/A"));
    }

    #[test]
    fn what_is_not_such_a_file_is_refused_by_name() {
        assert_eq!(code("<a>"), "FATTURAPA_XML");
        assert_eq!(code("<a/>"), "FATTURAPA_FORM");
        assert_eq!(code("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "FATTURAPA_FORBIDDEN");
        assert_eq!(code(&"<a>".repeat(40)), "FATTURAPA_LIMIT");
        assert_eq!(code(&" ".repeat(MAX_BYTES + 1)), "FATTURAPA_TOO_LARGE");
        assert_eq!(code(&file(PERSON, "<ScontoMaggiorazione/>", LINE)), "FATTURAPA_DISCOUNT");
    }

    #[test]
    fn amounts_of_eight_decimals_are_rounded_to_cents() {
        for (from, to) in [
            ("60", "60"),
            ("60.1", "60.1"),
            ("60.005", "60.01"),
            ("-0.99500000", "-1.00"),
            ("-0.00400000", "0.00"),
            ("1,50", "1,50"),
        ] {
            let root = read(&format!("<r><v>{from}</v></r>"), LIMITS).unwrap();
            assert_eq!(money(&root, "v").as_deref(), Some(to));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = read_fatturapa(&bytes);
        }

        #[test]
        fn no_cut_or_changed_file_panics_and_no_error_shows_the_tax_code(
            cut in 0usize..1500, to in proptest::num::u8::ANY
        ) {
            let mut bytes = file(PERSON, "", LINE).into_bytes();
            let cut = cut.min(bytes.len() - 1);
            bytes[cut] = to;
            for bytes in [&bytes[..], &bytes[..cut]] {
                let shown = format!("{:?}", read_fatturapa(bytes));
                proptest::prop_assert!(!shown.contains("XXAYYB01"));
            }
        }
    }
}
