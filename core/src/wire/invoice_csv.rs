//! Invoices from a spreadsheet: one row per line of an invoice, rows with the same `id` make one.
//!
//! The first row names the columns, with the names of the JSON fields; where two fields share a
//! name the path is written (`cessionarioCommittente.pIva`, `fatturaCollegata.numDocumento`,
//! `datiCassaPrevidenziale.naturaIVA`). Cells are separated by `;` or `,` (the one that is more
//! frequent in the first row) and may be quoted; UTF-8 with or without mark, or Latin-1. As Italian
//! spreadsheets write, amounts may have a decimal comma and dates may be `dd/mm/yyyy`.
//!
//! A field of the invoice may be repeated on all its rows or stand on one of them; two values that
//! differ are an error. A payment or a contribution that is the same on several rows is one, as
//! when a table of invoices was joined with a table of lines.

use std::collections::BTreeMap;

use super::sheet::{RowError, Sheet};
use crate::domain::invoice::{
    CessionarioCommittente, DatiBollo, DatiCassaPrevidenziale, DettaglioLinea, Invoice, Pagamento,
    RiferimentoDocumento,
};
use crate::domain::{Data, Input, InputError};
use crate::secret::Secret;

/// The longest file read.
pub const MAX_BYTES: usize = 64 << 20;
/// The most rows of a file.
pub const MAX_ROWS: usize = 500_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Id,
    Stato,
    TipoDocumento,
    PIva,
    DataEmissione,
    Dispositivo,
    NumDocumento,
    PersonaFisica,
    CfCittadino,
    CessionarioPIva,
    FlagOpposizione,
    Descrizione,
    PrezzoTotale,
    Aliquota,
    Natura,
    TipoSpesa,
    FlagTipoSpesa,
    Sanitaria,
    ImportoBollo,
    Addebitato,
    TipoCassa,
    AlCassa,
    ImportoCassa,
    CassaAliquota,
    CassaNatura,
    Totale,
    DataPagamento,
    Importo,
    ModalitaPagamento,
    OriginalePIva,
    OriginaleData,
    OriginaleDispositivo,
    OriginaleNumero,
}

use Column as C;

/// Names of the columns, without regard to case.
const COLUMNS: &[(&str, Column)] = &[
    ("id", C::Id),
    ("stato", C::Stato),
    ("tipoDocumento", C::TipoDocumento),
    ("pIva", C::PIva),
    ("dataEmissione", C::DataEmissione),
    ("dispositivo", C::Dispositivo),
    ("numDocumento", C::NumDocumento),
    ("personaFisica", C::PersonaFisica),
    ("cfCittadino", C::CfCittadino),
    ("cessionarioCommittente.pIva", C::CessionarioPIva),
    ("flagOpposizione", C::FlagOpposizione),
    ("descrizione", C::Descrizione),
    ("prezzoTotale", C::PrezzoTotale),
    ("aliquotaIVA", C::Aliquota),
    ("naturaIVA", C::Natura),
    ("tipoSpesa", C::TipoSpesa),
    ("flagTipoSpesa", C::FlagTipoSpesa),
    ("sanitaria", C::Sanitaria),
    ("importoBollo", C::ImportoBollo),
    ("addebitato", C::Addebitato),
    ("tipoCassa", C::TipoCassa),
    ("alCassa", C::AlCassa),
    ("importoContributoCassa", C::ImportoCassa),
    ("datiCassaPrevidenziale.aliquotaIVA", C::CassaAliquota),
    ("datiCassaPrevidenziale.naturaIVA", C::CassaNatura),
    ("importoTotaleDocumento", C::Totale),
    ("dataPagamento", C::DataPagamento),
    ("importo", C::Importo),
    ("modalitaPagamento", C::ModalitaPagamento),
    ("fatturaCollegata.pIva", C::OriginalePIva),
    ("fatturaCollegata.dataEmissione", C::OriginaleData),
    ("fatturaCollegata.dispositivo", C::OriginaleDispositivo),
    ("fatturaCollegata.numDocumento", C::OriginaleNumero),
];

fn names() -> String {
    let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

impl Column {
    fn name(self) -> &'static str {
        COLUMNS.iter().find(|(_, column)| *column == self).map_or("", |(name, _)| name)
    }
}

/// Reads a file into its invoices, in the order in which their ids appear. The outer error means
/// that the file cannot be read; an invoice with a wrong row is an inner error.
///
/// Errors carry row and column in `path` (`/row/column`, rows as a spreadsheet counts them) and in
/// the sentence, and never a value. Codes: `CSV_TOO_LARGE`, `CSV_QUOTES`, `CSV_EMPTY`,
/// `CSV_UNKNOWN_COLUMN`, `CSV_DUPLICATE_COLUMN`, `CSV_NO_ID`, `CSV_CELLS` (more cells than
/// columns), `CSV_VALUE` (not a whole number, not yes or no), `CSV_CONFLICT` (two values of one
/// field).
pub fn read_invoice_csv(bytes: &[u8]) -> Result<Vec<Result<Input, InputError>>, InputError> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    let sheet = Sheet::new(bytes);
    let mut rows = sheet.rows().map(|row| row.map_err(row_error));
    let columns = match rows.next() {
        Some(header) => columns(&header?.1)?,
        None => {
            return Err(whole("CSV_EMPTY", "the file has no rows", "il file è vuoto"));
        }
    };
    let id_column = columns
        .iter()
        .position(|column| *column == C::Id)
        .ok_or_else(|| whole("CSV_NO_ID", "the column id is missing", "manca la colonna id"))?;

    let mut invoices: Vec<Result<Invoice, InputError>> = Vec::new();
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    for (count, row) in rows.enumerate() {
        let (line, cells) = row?;
        if count >= MAX_ROWS {
            return Err(too_large());
        }
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let id = cells.get(id_column).map_or("", |cell| cell.trim());
        if id.is_empty() {
            invoices.push(Err(at("CSV_NO_ID", line, C::Id, "the id is missing", "manca l'id")));
            continue;
        }
        let place = *by_id.entry(id.to_owned()).or_insert_with(|| {
            invoices.push(Ok(Invoice::default()));
            invoices.len() - 1
        });
        let Ok(invoice) = &mut invoices[place] else {
            continue;
        };
        if let Err(error) = add_row(invoice, &columns, &cells, line) {
            invoices[place] = Err(error);
        }
    }
    let to_input = |invoice: Invoice| Input::Invoice(Box::new(invoice));
    Ok(invoices.into_iter().map(|invoice| invoice.map(to_input)).collect())
}

fn too_large() -> InputError {
    whole(
        "CSV_TOO_LARGE",
        "the file is larger than 64 MB or 500 000 rows",
        "il file supera 64 MB o 500 000 righe",
    )
}

fn row_error(error: RowError) -> InputError {
    match error {
        RowError::Quotes(line) => InputError::new(
            "CSV_QUOTES",
            format!("/{line}"),
            format!("row {line}: a quotation mark is not closed"),
            format!("riga {line}: virgolette non chiuse"),
        ),
        RowError::Cells(line) => too_many_cells(line),
    }
}

fn too_many_cells(line: usize) -> InputError {
    InputError::new(
        "CSV_CELLS",
        format!("/{line}"),
        format!("row {line} has more cells than there are columns"),
        format!("la riga {line} ha più celle delle colonne"),
    )
}

fn whole(code: &'static str, en: &str, it: &str) -> InputError {
    InputError::new(code, "", en, it)
}

fn at(code: &'static str, line: usize, column: Column, en: &str, it: &str) -> InputError {
    let column = column.name();
    InputError::new(
        code,
        format!("/{line}/{column}"),
        format!("row {line}, column {column}: {en}"),
        format!("riga {line}, colonna {column}: {it}"),
    )
}

fn columns(header: &[String]) -> Result<Vec<Column>, InputError> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    // A separator at the end of the row makes an empty last cell.
    let named = header.iter().rposition(|name| !name.trim().is_empty()).map_or(0, |i| i + 1);
    for (i, name) in header[..named].iter().enumerate() {
        let number = i + 1;
        let known = COLUMNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        // Without a header the first row is data: the name is not repeated.
        let Some((known, column)) = known else {
            return Err(InputError::new(
                "CSV_UNKNOWN_COLUMN",
                format!("/1/{number}"),
                format!("column {number} has a name that is no field; fields are {}", names()),
                format!(
                    "la colonna {number} ha un nome sconosciuto; i nomi possibili sono {}",
                    names()
                ),
            ));
        };
        if columns.contains(column) {
            return Err(InputError::new(
                "CSV_DUPLICATE_COLUMN",
                format!("/1/{number}"),
                format!("column {known} is there twice"),
                format!("la colonna {known} è ripetuta"),
            ));
        }
        columns.push(*column);
    }
    Ok(columns)
}

fn add_row(
    invoice: &mut Invoice,
    columns: &[Column],
    cells: &[String],
    line: usize,
) -> Result<(), InputError> {
    let mut detail = DettaglioLinea::default();
    let mut payment = Pagamento::default();
    let mut cassa = DatiCassaPrevidenziale::default();
    for (i, cell) in cells.iter().enumerate() {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        let Some(column) = columns.get(i) else {
            return Err(too_many_cells(line));
        };
        let here = Cell { text: cell, line, column: *column };
        match column {
            C::Id => cell.clone_into(&mut invoice.id),
            C::Stato => here.text(&mut invoice.stato)?,
            C::TipoDocumento => here.text(&mut invoice.tipo_documento)?,
            C::PIva => here.text(&mut invoice.p_iva)?,
            C::DataEmissione => here.date(&mut invoice.data_emissione)?,
            C::Dispositivo => here.number(&mut invoice.dispositivo)?,
            C::NumDocumento => here.text(&mut invoice.num_documento)?,
            C::PersonaFisica => here.truth(&mut patient(invoice).persona_fisica)?,
            C::CfCittadino => here.secret(&mut patient(invoice).cf_cittadino)?,
            C::CessionarioPIva => here.secret(&mut patient(invoice).p_iva)?,
            C::FlagOpposizione => here.text(&mut patient(invoice).flag_opposizione)?,
            C::Descrizione => {}
            C::PrezzoTotale => here.money(&mut detail.prezzo_totale)?,
            C::Aliquota => here.money(&mut detail.aliquota_iva)?,
            C::Natura => here.text(&mut detail.natura_iva)?,
            C::TipoSpesa => here.text(&mut detail.tipo_spesa)?,
            C::FlagTipoSpesa => here.text(&mut detail.flag_tipo_spesa)?,
            C::Sanitaria => here.truth(&mut detail.sanitaria)?,
            C::ImportoBollo => here.money(&mut bollo(invoice).importo_bollo)?,
            C::Addebitato => here.truth(&mut bollo(invoice).addebitato)?,
            C::TipoCassa => here.text(&mut cassa.tipo_cassa)?,
            C::AlCassa => here.money(&mut cassa.al_cassa)?,
            C::ImportoCassa => here.money(&mut cassa.importo_contributo_cassa)?,
            C::CassaAliquota => here.money(&mut cassa.aliquota_iva)?,
            C::CassaNatura => here.text(&mut cassa.natura_iva)?,
            C::Totale => here.money(&mut invoice.importo_totale_documento)?,
            C::DataPagamento => here.date(&mut payment.data_pagamento)?,
            C::Importo => here.money(&mut payment.importo)?,
            C::ModalitaPagamento => here.text(&mut payment.modalita_pagamento)?,
            C::OriginalePIva => here.text(&mut original(invoice).p_iva)?,
            C::OriginaleData => here.date(&mut original(invoice).data_emissione)?,
            C::OriginaleDispositivo => here.number(&mut original(invoice).dispositivo)?,
            C::OriginaleNumero => here.text(&mut original(invoice).num_documento)?,
        }
    }
    // A line is a line when it has an amount; kind and VAT alone may be a default of the sheet.
    if detail.prezzo_totale.is_some() {
        invoice.dettaglio_linee.push(detail);
    }
    if payment.data_pagamento.is_some() || payment.importo.is_some() {
        push_new(&mut invoice.pagamenti, payment);
    }
    if cassa.importo_contributo_cassa.is_some() {
        push_new(&mut invoice.dati_cassa_previdenziale, cassa);
    }
    Ok(())
}

/// The most distinct payments or contributions kept of one invoice: one more than the rules take,
/// so that they can say so, and searching stays short.
const MAX_DISTINCT: usize = 1001;

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_DISTINCT && !list.contains(&item) {
        list.push(item);
    }
}

fn patient(invoice: &mut Invoice) -> &mut CessionarioCommittente {
    invoice.cessionario_committente.get_or_insert_default()
}

fn bollo(invoice: &mut Invoice) -> &mut DatiBollo {
    invoice.dati_bollo.get_or_insert_default()
}

fn original(invoice: &mut Invoice) -> &mut RiferimentoDocumento {
    invoice.fattura_collegata.get_or_insert_default()
}

/// One cell that is not empty.
struct Cell<'a> {
    text: &'a str,
    line: usize,
    column: Column,
}

impl Cell<'_> {
    fn set<T: PartialEq>(&self, field: &mut Option<T>, value: T) -> Result<(), InputError> {
        if field.as_ref().is_some_and(|known| *known != value) {
            return Err(at(
                "CSV_CONFLICT",
                self.line,
                self.column,
                "another row of this invoice has another value",
                "un'altra riga di questa fattura ha un valore diverso",
            ));
        }
        *field = Some(value);
        Ok(())
    }

    fn text(&self, field: &mut Option<String>) -> Result<(), InputError> {
        self.set(field, self.text.to_owned())
    }

    fn secret(&self, field: &mut Option<Secret>) -> Result<(), InputError> {
        self.set(field, Secret::new(self.text))
    }

    /// `1234,50` and `1.234,50` become `1234.50`; anything else is left for the rules to judge.
    fn money(&self, field: &mut Option<String>) -> Result<(), InputError> {
        self.set(field, decimal_point(self.text))
    }

    /// `31/03/2026` becomes `2026-03-31`, also without zeros in front (`1/3/2026`); anything else
    /// is left for the rules to judge.
    fn date(&self, field: &mut Option<String>) -> Result<(), InputError> {
        let padded = self.text.split('/').map(|part| format!("{part:0>2}"));
        let day_first = Data::parse_day_first(&padded.collect::<Vec<_>>().join("/"), '/');
        self.set(field, day_first.map_or_else(|_| self.text.to_owned(), |day| day.to_string()))
    }

    fn number(&self, field: &mut Option<i64>) -> Result<(), InputError> {
        let number = self.text.parse().map_err(|_| {
            at(
                "CSV_VALUE",
                self.line,
                self.column,
                "expected a whole number",
                "è atteso un numero intero",
            )
        })?;
        self.set(field, number)
    }

    fn truth(&self, field: &mut Option<bool>) -> Result<(), InputError> {
        let truth = match self.text.to_ascii_lowercase().as_str() {
            "true" | "vero" | "1" | "si" | "sì" => true,
            "false" | "falso" | "0" | "no" => false,
            _ => {
                return Err(at(
                    "CSV_VALUE",
                    self.line,
                    self.column,
                    "expected true or false",
                    "è atteso sì o no",
                ));
            }
        };
        self.set(field, truth)
    }
}

/// An amount as Italian spreadsheets write it, with a decimal point and nothing else. Points are
/// separators of thousands only where a decimal comma follows groups of three, so that no amount
/// can be read in two ways.
fn decimal_point(text: &str) -> String {
    let Some((whole, decimals)) = text.split_once(',') else {
        return text.to_owned();
    };
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or_default();
    let first = first.strip_prefix('-').unwrap_or(first);
    let grouped = !whole.contains('.')
        || ((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3));
    if !grouped || decimals.contains(['.', ',']) {
        return text.to_owned();
    }
    format!("{}.{decimals}", whole.replace('.', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoices(text: &str) -> Vec<Result<Invoice, InputError>> {
        let read = read_invoice_csv(text.as_bytes()).unwrap();
        let unwrap = |input| match input {
            Input::Invoice(invoice) => *invoice,
            Input::Documento(_) => unreachable!("a sheet has invoices alone"),
        };
        read.into_iter().map(|one| one.map(unwrap)).collect()
    }

    fn code(text: &str) -> &'static str {
        match read_invoice_csv(text.as_bytes()) {
            Err(e) => e.code,
            Ok(mut all) => all.remove(0).unwrap_err().code,
        }
    }

    #[test]
    fn rows_with_the_same_id_make_one_invoice() {
        let text = "\u{feff}id;dataEmissione;cfCittadino;descrizione;prezzoTotale;dataPagamento;importo\r\n\
            1;31/03/2026;XXAYYB01A01A000S;\"visita; \"\"prima\"\"\nseconda riga\";60,00;2026-04-01;61.20\r\n\
            2;;;;5;;\r\n\
            1;31/03/2026;XXAYYB01A01A000S;altro;1,20;2026-04-01;61.20\r\n";
        let all = invoices(text);
        assert_eq!(all.len(), 2);
        let first = all[0].as_ref().unwrap();
        assert_eq!(first.data_emissione.as_deref(), Some("2026-03-31"));
        assert_eq!(first.dettaglio_linee.len(), 2);
        assert_eq!(first.dettaglio_linee[1].prezzo_totale.as_deref(), Some("1.20"));
        assert_eq!(first.pagamenti.len(), 1);
    }

    #[test]
    fn commas_separate_when_they_are_more() {
        let all = invoices("id,stato,sanitaria,prezzoTotale\na,emessa,no,\"1,50\"\n");
        let line = &all[0].as_ref().unwrap().dettaglio_linee[0];
        assert_eq!((line.sanitaria, line.prezzo_totale.as_deref()), (Some(false), Some("1.50")));
    }

    #[test]
    fn amounts_of_italian_sheets_are_read_in_one_way_or_left_alone() {
        for (from, to) in [
            ("60,5", "60.5"),
            ("1.300,00", "1300.00"),
            ("-1.234.567,89", "-1234567.89"),
            ("1.300", "1.300"),
            ("1300.50", "1300.50"),
            ("1.30,00", "1.30,00"),
            ("1300.000,00", "1300.000,00"),
            ("1,300.00", "1,300.00"),
            (",", "."),
        ] {
            assert_eq!(decimal_point(from), to, "{from}");
        }
    }

    #[test]
    fn days_come_first_and_may_lack_their_zeros() {
        let all = invoices("id;dataEmissione\n1;1/3/2026\n2;01/03/26\n3;31/2/2026\n");
        let read = |i: usize| all[i].as_ref().unwrap().data_emissione.as_deref();
        assert_eq!(read(0), Some("2026-03-01"));
        assert_eq!((read(1), read(2)), (Some("01/03/26"), Some("31/2/2026")));
    }

    #[test]
    fn errors_name_row_and_column_and_no_value() {
        let all = invoices("id;dispositivo\n1;1\n1;XXAYYB01A01A000S\n2;2\n");
        let error = all[0].as_ref().unwrap_err();
        assert_eq!((error.code, error.path.as_str()), ("CSV_VALUE", "/3/dispositivo"));
        assert!(error.en.contains("row 3, column dispositivo"));
        assert!(!format!("{error:?}").contains("XXAYY"));
        assert!(all[1].is_ok());
    }

    #[test]
    fn what_cannot_be_understood_is_refused_by_name() {
        assert_eq!(code(""), "CSV_EMPTY");
        assert_eq!(code("stato\nemessa"), "CSV_NO_ID");
        assert_eq!(code("id;boh\n1;2"), "CSV_UNKNOWN_COLUMN");
        assert_eq!(code("id;ID\n1;2"), "CSV_DUPLICATE_COLUMN");
        assert_eq!(code("id\n1;2"), "CSV_CELLS");
        assert_eq!(code("id\n\"1"), "CSV_QUOTES");
        assert_eq!(code("id;stato\n;emessa"), "CSV_NO_ID");
        assert_eq!(code("id;stato\n1;emessa\n1;bozza"), "CSV_CONFLICT");
        assert_eq!(code("id;cfCittadino\n1;A\n1;B"), "CSV_CONFLICT");
        assert_eq!(code("id;personaFisica\n1;forse"), "CSV_VALUE");
    }

    #[test]
    fn every_column_has_one_name() {
        for (i, (name, column)) in COLUMNS.iter().enumerate() {
            assert!(COLUMNS[..i].iter().all(|(n, c)| n != name && c != column));
            assert_eq!(column.name(), *name);
        }
    }

    #[test]
    fn a_sheet_beyond_the_limits_is_refused() {
        assert_eq!(code(&"a".repeat(MAX_BYTES + 1)), "CSV_TOO_LARGE");
        let rows = format!("id\n{}", "1\n".repeat(MAX_ROWS + 1));
        assert_eq!(code(&rows), "CSV_TOO_LARGE");
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(id;|stato;|\"|\n|;|,|[a-z]|[0-9]){0,80}") {
            let _ = read_invoice_csv(text.as_bytes());
        }

        #[test]
        fn errors_of_wrong_cells_hold_no_part_of_them(cell in "[a-z]{3,12}7XQ7") {
            for column in ["dispositivo", "personaFisica", "addebitato", "boh"] {
                let text = format!("id;{column}\n{cell};{cell}\n");
                let shown = match read_invoice_csv(text.as_bytes()) {
                    Err(e) => format!("{e:?}"),
                    Ok(mut all) => format!("{:?}", all.remove(0).unwrap_err()),
                };
                proptest::prop_assert!(!shown.contains("7XQ7"));
            }
        }
    }
}
