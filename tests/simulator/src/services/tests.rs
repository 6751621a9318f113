//! The reading services and the delegates (PROTOCOL sections 1.3 and 6.4 to 6.6).

use crate::testing::{ASSOCIAZIONE, Bench, Doc, FARMACIA, INTERMEDIARIO, OTHER_PATIENT};
use crate::*;

#[test]
fn a_query_shows_totals_per_type_and_never_the_citizen() {
    let mut bench = Bench::new("2026-03-10").called_by(FARMACIA);
    let doc = Doc::new("1").costs("FC", "25.30").with(|d| {
        let mut second = d.voci[0].clone();
        second.importo = "4.7".into();
        d.voci.push(second.clone());
        second.tipo = "AD".into();
        d.voci.push(second);
    });
    let sent = bench.insert(&doc);
    let answer = bench.query(&doc);
    assert_eq!(answer.brief(), "0 0");
    assert_eq!(answer.all("tipoSpesa"), ["AD", "FC"]);
    assert_eq!(answer.all("importo"), ["4.7", "30.0"]);
    assert_eq!(answer.field("protocollo"), sent.field("protocollo"));
    assert_eq!(answer.field("nomeFile"), "SERVIZIO SINCRONO");
    assert_eq!(
        (answer.field("dataInvio"), answer.field("tipoInvio")),
        ("2026-03-10".into(), "I".into())
    );
    assert!(answer.all("cfCittadino").is_empty() && !answer.text.contains("PZN"));
    assert_eq!(bench.query(&Doc::new("9")).brief(), "1 WS96");
}

#[test]
fn a_query_shows_the_warnings_a_document_was_stored_with() {
    let mut bench = Bench::new("2026-03-10");
    bench.fault(FaultRule::next(Fault::Late));
    bench.insert(&Doc::new("1"));
    let answer = bench.query(&Doc::new("1"));
    assert!(answer.text.contains("<listaErroriDocumento><errore><codice>W008</codice>"));
    assert_eq!(answer.field("esitoChiamata"), "0");
}

#[test]
fn the_monthly_report_reads_as_captured() {
    let mut bench = Bench::new("2026-03-10");
    let (doc, refund) =
        (Doc::new("FT0001/2026").costs("SP", "40.00"), Doc::new("R").costs("SP", "5.50"));
    let protocollo = bench.insert(&doc).field("protocollo");
    bench.refund(&doc, &refund);
    let cancelled = Doc::new("X").on("2026-03-02");
    bench.insert(&cancelled);
    bench.cancel(&cancelled);
    assert_eq!(
        bench.report("202603", "I").unzipped("fileCSV"),
        format!(
            "CODICE REGIONE; CODICE ASL; CODICE SSA; CF PROPRIETARIO; PARTITA IVA; DATA EMISSIONE; \
             DOCUMENTO FISCALE NUMERO; DOCUMENTO FISCALE DISPOSITIVO; DATA PAGAMENTO; PROTOCOLLO; \
             NOME FILE; DATA INVIO; TIPO INVIO; TOTALE TK; TOTALE TK RIMBORSATO; TOTALE SP; \
             TOTALE SP RIMBORSATO; \n\
             ;;;PSCPRV80A01X999I;99900011000;01/03/2026;FT0001/2026;1;01/03/2026;{protocollo};\
             SERVIZIO SINCRONO;10/03/2026;I;0.0;0.0;40.0;5.5;\n"
        )
    );
}

#[test]
fn the_monthly_report_is_by_sending_or_by_payment() {
    let mut bench = Bench::new("2026-03-10");
    bench.insert(&Doc::new("1").on("2026-02-05"));
    assert_eq!(bench.report("202603", "I").brief(), "0 0");
    assert_eq!(bench.report("202603", "P").brief(), "1 WS96");
    assert_eq!(bench.report("202602", "P").brief(), "0 0");
    assert_eq!(bench.report("202602", "I").brief(), "1 WS96");
    assert_eq!(bench.report("202602", "X").brief(), "1 WS901");
}

#[test]
fn injected_disputes_are_found_by_document_and_by_period() {
    let mut bench = Bench::new("2026-03-10");
    let doc = Doc::new("1");
    bench.insert(&doc);
    assert_eq!(bench.disputes(&doc).brief(), "1 WS96");
    let dispute = Segnalazione {
        document: doc.key(),
        data: Date::iso("2026-03-05").unwrap(),
        segnalazione: "spesa non riconosciuta".into(),
        segnalazione_importo: Some("importo diverso".into()),
        segnalazione_tipo_voce_spesa: None,
    };
    assert!(bench.world.add_segnalazione(dispute));
    let answer = bench.disputes(&doc);
    assert_eq!(answer.brief(), "0 0");
    assert_eq!(answer.field("segnalazione"), "spesa non riconosciuta");
    assert_eq!(answer.field("segnalazioneImporto"), "importo diverso");
    let csv = bench.disputes_between("2026-03-01", "2026-03-31").unzipped("fileCSV");
    assert!(csv.ends_with("99900011000;01/03/2026;1;1;05/03/2026;spesa non riconosciuta;\n"));
    assert_eq!(bench.disputes_between("2026-04-01", "2026-04-30").brief(), "1 WS96");
}

#[test]
fn forced_codes_reach_the_reading_services() {
    let mut bench = Bench::new("2026-03-10");
    let code = |codice: &str| {
        FaultRule::next(Fault::Code { codice: codice.into(), descrizione: None, tipo: None })
    };
    bench.fault(code("WS46"));
    assert_eq!(bench.report("202603", "I").brief(), "1 WS46");
    bench.fault(FaultRule::next(Fault::Ws99 { after_storing: false }));
    assert_eq!(bench.query(&Doc::new("1")).brief(), "1 WS99");
    bench.fault(code("200"));
    assert_eq!(bench.outcome("1").brief(), "1 200");
}

#[test]
fn an_association_sends_files_for_those_who_delegated_it_and_for_nobody_else() {
    let doc = Doc::new("1").costs("FC", "9.00");
    let mut bench = Bench::new("2026-03-10").called_by(ASSOCIAZIONE).for_owner("SIMFAR02");
    let sent = bench.send_file(&[("I", &doc, None)]);
    assert_eq!(sent.field("codiceEsito"), "000");
    bench.now_ms += 3_600_000;
    assert_eq!(bench.outcome(&sent.field("protocollo")).field("stato"), "2");
    assert_eq!(bench.query(&doc).brief(), "0 0");
    assert_eq!(bench.insert(&doc).brief(), "1 107", "no sync service for delegates");
    let mut bench = bench.for_owner(FARMACIA);
    assert_eq!(bench.send_file(&[("I", &doc, None)]).field("codiceEsito"), "105");
}

#[test]
fn a_delegator_may_read_but_no_longer_send() {
    let doc = Doc::new("1").costs("FC", "9.00");
    let mut bench = Bench::new("2026-03-10").called_by("SIMFAR02");
    assert_eq!(bench.insert(&doc).brief(), "1 106");
    assert_eq!(bench.send_file(&[("I", &doc, None)]).field("codiceEsito"), "106");
    assert_eq!(bench.query(&doc).brief(), "1 WS96");
}

#[test]
fn an_intermediary_uses_its_own_door_a_clear_pincode_and_its_office() {
    let doc = Doc::new("1").costs("SR", "9.00").of(OTHER_PATIENT);
    let bench = Bench::new("2026-03-10").called_by(INTERMEDIARIO).for_owner("MDDPRV77T50X999I");
    let mut own = bench.clone();
    let sent = own.send_file(&[("I", &doc, None)]);
    assert_eq!(sent.field("codiceEsito"), "000");
    own.now_ms += 3_600_000;
    assert_eq!(own.outcome(&sent.field("protocollo")).field("stato"), "2");
    assert_eq!(own.query(&doc).brief(), "0 0");

    let coded = |change: &dyn Fn(&mut User)| {
        let mut bench = bench.clone();
        let mut user = bench.world.user(INTERMEDIARIO).unwrap().clone();
        change(&mut user);
        bench.world.set_user(user);
        bench.send_file(&[("I", &doc, None)]).field("codiceEsito")
    };
    assert_eq!(coded(&|user| user.entrate_non_attivo = true), "111");
    assert_eq!(coded(&|user| user.entrate_non_autorizzato = true), "112");
    let mut wrong = bench.clone();
    wrong.pincode = Some("ZZZZZZZZ".into());
    assert_eq!(wrong.send_file(&[("I", &doc, None)]).field("codiceEsito"), "113");
    assert_eq!(coded(&|user| user.sede = None), "114");

    let mut request = bench.request(Operation::InviaFileMtom, "<x/>");
    request.path = Service::InvioTelematico.path().into();
    let reaction = bench.clone().world.handle(bench.now_ms, &request);
    assert!(reaction.answer().unwrap().text().contains("Errore generico di autenticazione"));
}

#[test]
fn a_body_is_known_by_its_certificate_on_its_own_door() {
    let mut bench = Bench::new("2026-03-10").called_by("SIMENTE1");
    let mut user = bench.world.user("SIMENTE1").unwrap().clone();
    user.certificato_sha256 = Some("ab".repeat(32));
    bench.world.set_user(user);
    let mut request = bench.inline_request("prova.zip", &zip_of("a.xml", b"<a/>"));
    request.headers.retain(|(name, _)| name != "Authorization");
    let mut accepted = |digest: &str| {
        let mut request = request.clone();
        request.headers.push((crate::world::CERTIFICATE_HEADER.into(), digest.into()));
        let reaction = bench.world.handle(bench.now_ms, &request);
        reaction.answer().unwrap().text().contains("<codiceEsito>000</codiceEsito>")
    };
    assert!(accepted(&"ab".repeat(32)));
    assert!(!accepted(&"cd".repeat(32)));
}
