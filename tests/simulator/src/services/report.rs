//! Service 7: a month's documents as CSV (PROTOCOL section 6.5).

use super::{double, lista_messaggi, refusal};
use crate::archive::zip_of;
use crate::calendar::Date;
use crate::codes::Messaggio;
use crate::http::HttpAnswer;
use crate::soap::{self, Xml, child_text};
use crate::store::{Document, totals};
use crate::users::User;
use crate::world::{Asked, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;

const ROOT: &str = "reportMensileResponse";
const HEADER: &str = "CODICE REGIONE; CODICE ASL; CODICE SSA; CF PROPRIETARIO; PARTITA IVA; \
                      DATA EMISSIONE; DOCUMENTO FISCALE NUMERO; DOCUMENTO FISCALE DISPOSITIVO; \
                      DATA PAGAMENTO; PROTOCOLLO; NOME FILE; DATA INVIO; TIPO INVIO; ";
const TIPI: [&str; 12] = ["TK", "FC", "FV", "AD", "AS", "SR", "CT", "PI", "IC", "SP", "SV", "AA"];

impl World {
    pub(crate) fn report_mensile(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let namespace = asked.operation.schema().namespace.unwrap_or_default();
        match self.month(asked) {
            Err(message) => refusal(ROOT, namespace, &[message]),
            Ok(csv) => {
                let zip = BASE64.encode(zip_of("report.csv", csv.as_bytes()));
                soap::answer(&Xml::root(ROOT, namespace, false, |x| {
                    x.leaf("esitoChiamata", "0");
                    x.leaf("fileCSV", &zip);
                    lista_messaggi(x, &[Messaggio::done()]);
                }))
            }
        }
    }

    fn month(&self, asked: &Asked<'_, '_>) -> Result<String, Messaggio> {
        let owner = self.reader(asked)?;
        let month = child_text(asked.payload, "annoMese").unwrap_or_default();
        let by: fn(&Document) -> Date =
            match child_text(asked.payload, "tipoEstrazione").unwrap_or_default().as_str() {
                "I" => |document| document.data_invio,
                "P" => |document| document.data_pagamento,
                _ => return Err(Messaggio::of("WS901")),
            };
        let in_month = |document: &&Document| {
            let date = by(document);
            format!("{:04}{:02}", date.year(), date.month()) == month.trim()
        };
        let shown = |d: &&Document| !d.cancelled && d.refund_of.is_none();
        let documents: Vec<&Document> =
            self.store.of_owner(&owner).filter(shown).filter(in_month).collect();
        let user = self.accounts.get(&owner).map(|account| &account.user);
        match user.filter(|_| !documents.is_empty()) {
            None => Err(Messaggio::of("WS96")),
            Some(user) => Ok(self.csv(user, &documents)),
        }
    }

    /// As captured: header names follow a blank, every line ends with a separator, TK comes first
    /// whoever sends. The refunds of a document stand in its own line.
    fn csv(&self, owner: &User, documents: &[&Document]) -> String {
        let used =
            |tipo: &str| documents.iter().any(|d| d.voci.iter().any(|voce| voce.tipo == tipo));
        let usual = |tipo: &str| {
            let sp_only = owner.categoria.is_sp_profession();
            if sp_only { tipo == "SP" } else { owner.categoria.tipi_spesa().contains(&tipo) }
        };
        let columns: Vec<&str> =
            TIPI.into_iter().filter(|t| *t == "TK" || usual(t) || used(t)).collect();
        let mut csv = String::from(HEADER);
        for tipo in &columns {
            let _ = write!(csv, "TOTALE {tipo}; TOTALE {tipo} RIMBORSATO; ");
        }
        csv.push('\n');
        let [regione, asl, ssa] = owner.codici().unwrap_or_default();
        for document in documents {
            let key = &document.key;
            let _ = write!(
                csv,
                "{regione};{asl};{ssa};{};{};{};{};{};{};{};{};{};{};",
                owner.cf_proprietario,
                key.p_iva,
                key.data_emissione.slashes(),
                key.num_documento,
                key.dispositivo,
                document.data_pagamento.slashes(),
                document.protocollo,
                document.nome_file,
                document.data_invio.slashes(),
                document.tipo_invio,
            );
            let (sums, refunds) = (totals(&document.voci), self.store.refunded(document));
            for tipo in &columns {
                let cents = |of: &std::collections::BTreeMap<String, u64>| {
                    double(of.get(*tipo).copied().unwrap_or(0))
                };
                let _ = write!(csv, "{};{};", cents(&sums), cents(&refunds));
            }
            csv.push('\n');
        }
        csv
    }
}
