//! The two CSV files of the service, read by the names of their columns (PROTOCOL sections 6.3 and
//! 6.5).
//!
//! Both are separated by `;` without quoting. What is read has been through people's hands: blanks
//! after `;`, empty columns at the end, notes typed below, accents damaged (PAIN 25). A line that
//! makes no sense is counted and does not cost the others.

use std::borrow::Cow;

use super::parts::{Totale, read_amount, token};
use super::xml::decode;
use crate::domain::{Data, Dispositivo, IdSpesa, Importo, NumDocumento, PartitaIva, Strictness};
use crate::redact::server_text;

/// The rows that could be read, and where the others are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csv<T> {
    /// Rows in order.
    pub rows: Vec<T>,
    /// Numbers of the lines that could not be read, from 1 for the header; at most the first 1000.
    pub unreadable: Vec<usize>,
}

/// Why a file is not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvError {
    /// A column without which a row means nothing is missing.
    #[error("the column {0} is missing")]
    Column(&'static str),
    /// Over 64 MiB, or over 500 000 lines.
    #[error("the file is too large")]
    TooLarge,
}

/// One row of the error CSV: what is wrong with a document or one of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RigaErrore {
    /// The document.
    pub id: IdSpesa,
    /// Kind of expense of the item at fault; `None` when it is the document.
    pub tipo_spesa: Option<String>,
    /// Code: `S…` refused, `W…` stored with a remark.
    pub codice: String,
    /// The service's words, shortened and without personal data.
    pub descrizione: String,
}

/// One row of the monthly report: a document as the service stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RigaReport {
    /// The document.
    pub id: IdSpesa,
    /// Payment date.
    pub data_pagamento: Option<Data>,
    /// Protocol number of the last sending, opaque.
    pub protocollo: Option<String>,
    /// File it came in; `SERVIZIO SINCRONO` when it came alone.
    pub nome_file: Option<String>,
    /// Day of the last sending.
    pub data_invio: Option<Data>,
    /// `I`, `V` and the like.
    pub tipo_invio: Option<String>,
    /// Totals by kind of expense, zeros left out.
    pub totali: Vec<Totale>,
    /// Totals of the refunds that refer to this document, zeros left out.
    pub totali_rimborsati: Vec<Totale>,
}

const MAX_BYTES: usize = 64 << 20;
const MAX_LINES: usize = 500_000;
const MAX_COLUMNS: usize = 256;
const MAX_UNREADABLE: usize = 1000;

/// Reads the error CSV.
pub fn dettaglio_errori(bytes: &[u8]) -> Result<Csv<RigaErrore>, CsvError> {
    let text = text(bytes)?;
    let header = Header::read(&text);
    let key = KeyColumns::find(&header)?;
    let codice = header.required("CODICE ERRORE")?;
    let descrizione = header.column("DESCRIZIONE ERRORE");
    let tipo_spesa = header.column("TIPO SPESA");
    read_rows(&text, |row| {
        let codice = token(row.cell(codice)?);
        if codice.is_empty() {
            return None;
        }
        Some(RigaErrore {
            id: key.read(row)?,
            tipo_spesa: row.optional(tipo_spesa).map(token),
            codice,
            descrizione: row.optional(descrizione).map(server_text).unwrap_or_default(),
        })
    })
}

/// Reads the monthly report.
pub fn report_mensile(bytes: &[u8]) -> Result<Csv<RigaReport>, CsvError> {
    let text = text(bytes)?;
    let header = Header::read(&text);
    let key = KeyColumns::find(&header)?;
    let data_pagamento = header.column("DATA PAGAMENTO");
    let protocollo = header.column("PROTOCOLLO");
    let nome_file = header.column("NOME FILE");
    let data_invio = header.column("DATA INVIO");
    let tipo_invio = header.column("TIPO INVIO");
    let (totali, rimborsati) = header.totals();
    read_rows(&text, |row| {
        let date = |column| match row.optional(column) {
            Some(text) => read_date(text).map(Some),
            None => Some(None),
        };
        Some(RigaReport {
            id: key.read(row)?,
            data_pagamento: date(data_pagamento)?,
            protocollo: row.optional(protocollo).map(token),
            nome_file: row.optional(nome_file).map(server_text),
            data_invio: date(data_invio)?,
            tipo_invio: row.optional(tipo_invio).map(token),
            totali: read_totals(row, &totali)?,
            totali_rimborsati: read_totals(row, &rimborsati)?,
        })
    })
}

/// Reads a table whose columns no document describes: the names of its columns, and its rows with
/// a cell for each of them. Cells are shortened and shown without personal data.
pub fn table(bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), CsvError> {
    let text = text(bytes)?;
    let cells = |line: &str| -> Vec<String> {
        line.split(';').take(MAX_COLUMNS).map(|cell| server_text(trim(cell))).collect()
    };
    let mut lines = text.lines().filter(|line| !line.trim_matches([';', ' ']).is_empty());
    let mut columns = lines.next().map(cells).unwrap_or_default();
    while columns.last().is_some_and(String::is_empty) {
        columns.pop();
    }
    let rows = lines.map(|line| {
        let mut row = cells(line);
        row.resize(columns.len(), String::new());
        row
    });
    let rows = rows.collect();
    Ok((columns, rows))
}

fn text(bytes: &[u8]) -> Result<Cow<'_, str>, CsvError> {
    if bytes.len() > MAX_BYTES {
        return Err(CsvError::TooLarge);
    }
    let text = decode(bytes);
    if text.lines().nth(MAX_LINES).is_some() {
        return Err(CsvError::TooLarge);
    }
    Ok(text)
}

struct Header(Vec<String>);

impl Header {
    fn read(text: &str) -> Self {
        let line = text.lines().next().unwrap_or_default();
        let name = |cell: &str| {
            let words: Vec<_> = trim(cell).split_whitespace().collect();
            words.join(" ").to_ascii_uppercase()
        };
        Header(line.split(';').take(MAX_COLUMNS).map(name).collect())
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|column| column == name)
    }

    fn required(&self, name: &'static str) -> Result<usize, CsvError> {
        self.column(name).ok_or(CsvError::Column(name))
    }

    /// The columns `TOTALE xx` and `TOTALE xx RIMBORSATO`, with their kinds of expense.
    fn totals(&self) -> (Totals, Totals) {
        let (mut totals, mut refunds) = (Vec::new(), Vec::new());
        for (index, column) in self.0.iter().enumerate() {
            let Some(rest) = column.strip_prefix("TOTALE ") else {
                continue;
            };
            match rest.strip_suffix(" RIMBORSATO") {
                Some(kind) => refunds.push((index, token(kind))),
                None => totals.push((index, token(rest))),
            }
        }
        (totals, refunds)
    }
}

type Totals = Vec<(usize, String)>;

/// The order of the two parts of the number differs between the files, which is why columns go by
/// name.
struct KeyColumns {
    p_iva: usize,
    data_emissione: usize,
    dispositivo: usize,
    numero: usize,
}

impl KeyColumns {
    fn find(header: &Header) -> Result<Self, CsvError> {
        Ok(KeyColumns {
            p_iva: header.required("PARTITA IVA")?,
            data_emissione: header.required("DATA EMISSIONE")?,
            dispositivo: header.required("DOCUMENTO FISCALE DISPOSITIVO")?,
            numero: header.required("DOCUMENTO FISCALE NUMERO")?,
        })
    }

    fn read(&self, row: &Row<'_>) -> Option<IdSpesa> {
        let dispositivo = row.cell(self.dispositivo)?.parse().ok()?;
        Some(IdSpesa {
            p_iva: PartitaIva::parse(row.cell(self.p_iva)?, Strictness::Kit).ok()?,
            data_emissione: read_date(row.cell(self.data_emissione)?)?,
            dispositivo: Dispositivo::new(dispositivo).ok()?,
            num_documento: NumDocumento::parse(row.cell(self.numero)?).ok()?,
        })
    }
}

struct Row<'a>(Vec<&'a str>);

impl<'a> Row<'a> {
    fn cell(&self, column: usize) -> Option<&'a str> {
        self.0.get(column).copied()
    }

    /// The cell, or `None` when the column or its text is missing.
    fn optional(&self, column: Option<usize>) -> Option<&'a str> {
        self.cell(column?).filter(|text| !text.is_empty())
    }
}

fn read_rows<T>(text: &str, read: impl Fn(&Row<'_>) -> Option<T>) -> Result<Csv<T>, CsvError> {
    let mut csv = Csv { rows: Vec::new(), unreadable: Vec::new() };
    for (index, line) in text.lines().enumerate().skip(1) {
        let row = Row(line.split(';').take(MAX_COLUMNS).map(trim).collect());
        if row.0.iter().all(|cell| cell.is_empty()) {
            continue;
        }
        match read(&row) {
            Some(value) => csv.rows.push(value),
            None if csv.unreadable.len() < MAX_UNREADABLE => csv.unreadable.push(index + 1),
            None => {}
        }
    }
    Ok(csv)
}

/// A cell without the blanks and the quotes around it, which a spreadsheet adds when someone
/// saves the file.
fn trim(cell: &str) -> &str {
    let cell = cell.trim();
    cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).map_or(cell, str::trim)
}

fn read_date(text: &str) -> Option<Data> {
    Data::parse_day_first(text, '/')
        .or_else(|_| Data::parse_day_first(text, '-'))
        .or_else(|_| Data::parse(text))
        .ok()
}

fn read_totals(row: &Row<'_>, columns: &Totals) -> Option<Vec<Totale>> {
    let mut totals = Vec::new();
    for (column, tipo_spesa) in columns {
        let Some(text) = row.optional(Some(*column)) else {
            continue;
        };
        let importo = read_amount(text).or_else(|| read_amount(&text.replace(',', ".")))?;
        if importo != Importo::ZERO {
            totals.push(Totale { tipo_spesa: tipo_spesa.clone(), importo });
        }
    }
    Some(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERRORS: &str = "CF PROPRIETARIO; COD REGIONE; COD ASL; COD SSA; PARTITA IVA; \
        DATA EMISSIONE; DOCUMENTO FISCALE DISPOSITIVO; DOCUMENTO FISCALE NUMERO; TIPO SPESA; \
        CODICE ERRORE; DESCRIZIONE ERRORE";

    #[test]
    fn error_rows_name_their_document_and_keep_no_owner() {
        let file = format!(
            "{ERRORS}\r\nABCDEF00A00A000A;;;;00000000000;21/12/2026;1;2026/0035;;S011;ERRATO\r\n\
             ABCDEF00A00A000A; ; ; ;00000000000; 21/12/2026; 001; 2026/0036; SP; W003; x\r\n"
        );
        let csv = dettaglio_errori(file.as_bytes()).unwrap();
        assert!(csv.unreadable.is_empty());
        let [first, second] = &csv.rows[..] else { panic!("{csv:?}") };
        assert_eq!(first.id.num_documento.as_str(), "2026/0035");
        assert_eq!(first.id.data_emissione.to_string(), "2026-12-21");
        assert_eq!((first.codice.as_str(), &first.tipo_spesa), ("S011", &None));
        assert_eq!(second.id.dispositivo.number(), 1);
        assert_eq!(second.tipo_spesa.as_deref(), Some("SP"));
        assert!(!format!("{csv:?}").contains("ABCDEF"));
    }

    #[test]
    fn what_people_leave_in_the_file_does_not_cost_the_rows() {
        let mut file = format!("{ERRORS};\n").into_bytes();
        file.extend_from_slice(b"X;;;;00000000000;21/12/2026;1;1;;S011;GI\xc0 PRESENTE;;  nota\n");
        file.extend_from_slice(b"\n;;;;;;;;;;;\nho telefonato alla signora\n");
        file.extend_from_slice(b"X;;;;\"00000000000\";\"21/12/2026\";1;\"2\";;S011;\n");
        let csv = dettaglio_errori(&file).unwrap();
        assert_eq!(csv.rows.len(), 2);
        assert_eq!(csv.rows[0].descrizione, "GIÀ PRESENTE");
        assert_eq!(csv.unreadable, [5]);
    }

    #[test]
    fn a_file_without_its_columns_is_refused_by_name() {
        let missing = |name| Err(CsvError::Column(name));
        assert_eq!(dettaglio_errori(b""), missing("PARTITA IVA"));
        let file = "PARTITA IVA;DATA EMISSIONE;DOCUMENTO FISCALE NUMERO;\
                    DOCUMENTO FISCALE DISPOSITIVO";
        assert_eq!(dettaglio_errori(file.as_bytes()), missing("CODICE ERRORE"));
    }

    #[test]
    fn the_report_goes_by_column_names_and_leaves_zeros_out() {
        let file = "DOCUMENTO FISCALE NUMERO; DOCUMENTO FISCALE DISPOSITIVO; PARTITA IVA; \
            DATA EMISSIONE; DATA PAGAMENTO; PROTOCOLLO; TOTALE TK; TOTALE TK RIMBORSATO; \
            TOTALE SP; TOTALE SP RIMBORSATO; \n\
            FT1/2026;1;00000000000;03/09/2026;04/09/2026;99260903001861939;0.0;0.0;402.0;5,5;\n";
        let csv = report_mensile(file.as_bytes()).unwrap();
        let [row] = &csv.rows[..] else { panic!("{csv:?}") };
        assert_eq!(row.id.num_documento.as_str(), "FT1/2026");
        assert_eq!(row.data_pagamento.unwrap().to_string(), "2026-09-04");
        assert_eq!(row.protocollo.as_deref(), Some("99260903001861939"));
        assert_eq!(row.nome_file, None);
        let total = |kind: &str, cents| Totale {
            tipo_spesa: kind.to_owned(),
            importo: Importo::from_cents(cents).unwrap(),
        };
        assert_eq!(row.totali, [total("SP", 40_200)]);
        assert_eq!(row.totali_rimborsati, [total("SP", 550)]);
    }
}
