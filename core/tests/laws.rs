//! Laws of the rules over random documents.

use std::sync::LazyLock;

use proptest::prelude::*;
use sts_core::domain::invoice::{
    CessionarioCommittente, DatiBollo, DatiCassaPrevidenziale, DettaglioLinea, DocumentoInput,
    Input, Invoice, Pagamento, RiferimentoDocumento, VoceInput,
};
use sts_core::domain::{Data, Importo, Profile};
use sts_core::rules::{
    Calendar, Context, Judgement, NonHealth, Policy, Severity, Share, Verdict, judge,
};
use sts_core::secret::Secret;

/// Nobody's: no municipality has the code A000.
const CF: &str = "XXAYYB01A01A000S";

/// An authorised structure, which has the most kinds of expense, and the calendar.
static WORLD: LazyLock<(Profile, Calendar)> = LazyLock::new(|| {
    let profile = r#"{"categoria":"struttura_autorizzata","codiceRegione":"999","codiceAsl":"999",
        "codiceSSA":"999999","cfProprietario":"PROVAX00X00X000Y","pIva":"01201200121",
        "strictness":"kit"}"#;
    (serde_json::from_str(profile).expect("a profile"), Calendar::builtin())
});

fn judged(input: &Input, policy: &Policy) -> Judgement {
    let (profile, calendar) = &*WORLD;
    let today = Data::parse("2026-11-23").expect("a date");
    judge(input, &Context { profile, policy, calendar, today })
}

fn euro(cents: i64) -> String {
    Importo::from_cents(cents).expect("within the limit").to_string()
}

/// VAT: a rate or a nature.
fn iva() -> impl Strategy<Value = (Option<String>, Option<String>)> {
    prop_oneof![
        Just((None, Some("N4".to_owned()))),
        Just((None, Some("N2.2".to_owned()))),
        prop_oneof![Just("22.00"), Just("10.00"), Just("4.00"), Just("7.77")]
            .prop_map(|rate| (Some(rate.to_owned()), None)),
    ]
}

fn line() -> impl Strategy<Value = DettaglioLinea> {
    (-2_000i64..500_000, iva(), 0usize..4).prop_map(|(cents, (aliquota_iva, natura_iva), goes)| {
        DettaglioLinea {
            prezzo_totale: Some(euro(cents)),
            aliquota_iva,
            natura_iva,
            tipo_spesa: [Some("SR"), Some("CT"), Some("AA"), None][goes].map(str::to_owned),
            sanitaria: (goes == 3).then_some(false),
            ..DettaglioLinea::default()
        }
    })
}

fn cassa() -> impl Strategy<Value = DatiCassaPrevidenziale> {
    (0i64..20_000, iva()).prop_map(|(cents, (aliquota_iva, natura_iva))| DatiCassaPrevidenziale {
        importo_contributo_cassa: Some(euro(cents)),
        aliquota_iva,
        natura_iva,
        ..DatiCassaPrevidenziale::default()
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let share = || prop_oneof![Just(Share::FollowExpense), Just(Share::Exclude)];
    let non_health = prop_oneof![Just(NonHealth::OtherExpenses), Just(NonHealth::Exclude)];
    (share(), share(), non_health).prop_map(|(bollo, cassa_previdenziale, non_sanitaria)| Policy {
        bollo,
        cassa_previdenziale,
        non_sanitaria,
        tipo_spesa: None,
    })
}

fn invoice() -> impl Strategy<Value = Invoice> {
    let lines = proptest::collection::vec(line(), 1..12);
    let contributions = proptest::collection::vec(cassa(), 0..3);
    (lines, contributions, 0usize..3).prop_map(|(lines, contributions, bollo)| Invoice {
        id: "law".to_owned(),
        stato: Some("emessa".to_owned()),
        data_emissione: Some("2026-03-31".to_owned()),
        num_documento: Some("1".to_owned()),
        cessionario_committente: Some(CessionarioCommittente {
            cf_cittadino: Some(Secret::new(CF)),
            ..CessionarioCommittente::default()
        }),
        dettaglio_linee: lines,
        dati_cassa_previdenziale: contributions,
        dati_bollo: (bollo > 0).then(|| DatiBollo {
            importo_bollo: Some("2.00".to_owned()),
            addebitato: Some(bollo == 2),
        }),
        ..Invoice::default()
    })
}

/// Net amounts, VAT once per rate half away from zero, charged stamp duty: by a way of its own.
fn total_of(invoice: &Invoice) -> i64 {
    let cents = |text: &Option<String>| Importo::parse(text.as_deref().unwrap()).unwrap().cents();
    let lines = invoice.dettaglio_linee.iter();
    let parts = lines.map(|l| (cents(&l.prezzo_totale), l.aliquota_iva.clone())).chain(
        invoice
            .dati_cassa_previdenziale
            .iter()
            .map(|c| (cents(&c.importo_contributo_cassa), c.aliquota_iva.clone())),
    );
    let mut by_rate = std::collections::BTreeMap::<Option<String>, i64>::new();
    for (net, rate) in parts {
        *by_rate.entry(rate).or_default() += net;
    }
    let with_vat = by_rate.into_iter().map(|(rate, net)| {
        let hundredths = rate.map_or(0, |rate| cents(&Some(rate)));
        let vat = (net * hundredths).abs();
        net + (vat + 5_000) / 10_000 * net.signum()
    });
    let charged = invoice.dati_bollo.as_ref().is_some_and(|b| b.addebitato == Some(true));
    with_vat.sum::<i64>() + if charged { 200 } else { 0 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn items_and_exclusions_sum_to_the_total_of_the_document(
        mut invoice in invoice(), policy in policy()
    ) {
        let total = total_of(&invoice);
        if total > 0 {
            invoice.pagamenti.push(Pagamento {
                data_pagamento: Some("2026-04-01".to_owned()),
                importo: Some(euro(total)),
                modalita_pagamento: Some("MP05".to_owned()),
            });
        }
        let judgement = judged(&Input::Invoice(Box::new(invoice)), &policy);
        if let Some(totale) = judgement.totale {
            prop_assert_eq!(totale.cents(), total);
        }
        if let Some(documento) = &judgement.documento {
            let excluded: i64 = judgement.esclusi.iter().map(|e| e.importo.cents()).sum();
            prop_assert_eq!(documento.totale().unwrap().cents() + excluded, total);
            prop_assert!(documento.voci_spesa.iter().all(|v| v.importo > Importo::ZERO));
            prop_assert_eq!(judgement.verdict, Verdict::Send);
        } else {
            // What hinders is said: a negative item, nothing left to send, or a total of nothing.
            let codes: Vec<_> = judgement.reasons.iter().map(|r| r.code).collect();
            let known = ["IMPORTO_NOT_POSITIVE", "ZERO_TOTAL", "NO_HEALTH_EXPENSE"];
            prop_assert!(codes.iter().any(|c| known.contains(c)), "{:?}", codes);
        }
    }

    #[test]
    fn a_stated_total_that_differs_is_never_sent_as_if_it_agreed(
        mut invoice in invoice(), policy in policy(), off in -500i64..500
    ) {
        let stated = total_of(&invoice) + off;
        prop_assume!(stated > 0);
        invoice.importo_totale_documento = Some(euro(stated));
        invoice.pagamenti.push(Pagamento {
            data_pagamento: Some("2026-04-01".to_owned()),
            importo: Some(euro(stated)),
            modalita_pagamento: Some("MP05".to_owned()),
        });
        let judgement = judged(&Input::Invoice(Box::new(invoice)), &policy);
        if let Some(documento) = &judgement.documento {
            let excluded: i64 = judgement.esclusi.iter().map(|e| e.importo.cents()).sum();
            prop_assert_eq!(documento.totale().unwrap().cents() + excluded, stated);
            prop_assert!(off.abs() <= 15, "cents of rounding alone are taken, not {}", off);
        }
    }
}

/// A field of a form: nothing, something right for some field, or anything.
fn any_field() -> impl Strategy<Value = Option<String>> {
    let right = prop_oneof![
        Just("2026-03-31"),
        Just("2027-12-31"),
        Just("2014-12-31"),
        Just("63.20"),
        Just("-1.00"),
        Just("99999.99"),
        Just("22.00"),
        Just("N4"),
        Just("N2.2"),
        Just("SR"),
        Just("TK"),
        Just("1"),
        Just("0"),
        Just("SI"),
        Just("TD04"),
        Just("D"),
        Just("MP01"),
        Just("emessa"),
        Just("01201200121"),
    ];
    prop_oneof![
        2 => Just(None),
        5 => right.prop_map(|text| Some(text.to_owned())),
        1 => ".{0,12}".prop_map(Some),
    ]
}

fn any_secret() -> impl Strategy<Value = Option<Secret>> {
    prop_oneof![
        Just(None),
        Just(Some(Secret::new(CF))),
        ".{0,16}".prop_map(|text| Some(Secret::new(text))),
    ]
}

prop_compose! {
    fn any_reference()(
        p_iva in any_field(), data_emissione in any_field(), num_documento in any_field(),
        dispositivo in any::<Option<i64>>(),
    ) -> RiferimentoDocumento {
        RiferimentoDocumento { p_iva, data_emissione, dispositivo, num_documento }
    }
}

prop_compose! {
    fn any_line()(
        prezzo_totale in any_field(), aliquota_iva in any_field(), natura_iva in any_field(),
        tipo_spesa in any_field(), flag_tipo_spesa in any_field(),
        sanitaria in any::<Option<bool>>(),
    ) -> DettaglioLinea {
        DettaglioLinea {
            prezzo_totale, aliquota_iva, natura_iva, tipo_spesa, flag_tipo_spesa, sanitaria,
            ..DettaglioLinea::default()
        }
    }
}

prop_compose! {
    fn any_invoice()(
        (id, stato, tipo_documento, p_iva, data_emissione, num_documento, total) in
            (".{0,70}", any_field(), any_field(), any_field(), any_field(), any_field(), any_field()),
        (persona_fisica, cf_cittadino, p_iva_cliente, flag_opposizione) in
            (any::<Option<bool>>(), any_secret(), any_secret(), any_field()),
        dettaglio_linee in proptest::collection::vec(any_line(), 0..4),
        bollo in proptest::option::of((any_field(), any::<Option<bool>>())),
        cassa in proptest::collection::vec((any_field(), any_field(), any_field()), 0..3),
        pagamenti in proptest::collection::vec((any_field(), any_field(), any_field()), 0..3),
        fattura_collegata in proptest::option::of(any_reference()),
        dispositivo in any::<Option<i64>>(),
    ) -> Invoice {
        Invoice {
            id, stato, tipo_documento, p_iva, data_emissione, dispositivo, num_documento,
            cessionario_committente: Some(CessionarioCommittente {
                persona_fisica, cf_cittadino, p_iva: p_iva_cliente, flag_opposizione,
            }),
            dettaglio_linee,
            dati_bollo: bollo.map(|(importo_bollo, addebitato)| DatiBollo {
                importo_bollo, addebitato,
            }),
            dati_cassa_previdenziale: cassa
                .into_iter()
                .map(|(importo_contributo_cassa, aliquota_iva, natura_iva)| DatiCassaPrevidenziale {
                    importo_contributo_cassa, aliquota_iva, natura_iva,
                    ..DatiCassaPrevidenziale::default()
                })
                .collect(),
            importo_totale_documento: total,
            pagamenti: pagamenti
                .into_iter()
                .map(|(data_pagamento, importo, modalita_pagamento)| Pagamento {
                    data_pagamento, importo, modalita_pagamento,
                })
                .collect(),
            fattura_collegata,
        }
    }
}

prop_compose! {
    fn any_documento()(
        (data_emissione, num_documento, data_pagamento, anticipato) in
            (any_field(), any_field(), any_field(), any_field()),
        (tracciato, tipo_documento, flag_opposizione) in (any_field(), any_field(), any_field()),
        cf_cittadino in any_secret(),
        voci in proptest::collection::vec(
            (any_field(), any_field(), any_field(), any_field(), any_field()), 0..4),
        id_rimborso in proptest::option::of(any_reference()),
    ) -> DocumentoInput {
        DocumentoInput {
            id: "law".to_owned(),
            data_emissione, num_documento, data_pagamento,
            flag_pagamento_anticipato: anticipato,
            cf_cittadino,
            voci_spesa: voci
                .into_iter()
                .map(|(tipo_spesa, flag_tipo_spesa, importo, aliquota_iva, natura_iva)| VoceInput {
                    tipo_spesa, flag_tipo_spesa, importo, aliquota_iva, natura_iva,
                })
                .collect(),
            pagamento_tracciato: tracciato,
            tipo_documento, flag_opposizione, id_rimborso,
            ..DocumentoInput::default()
        }
    }
}

/// What holds of every judgement.
fn sound(judgement: &Judgement) {
    assert_eq!(judgement.documento.is_some(), judgement.verdict == Verdict::Send);
    let error = judgement.reasons.iter().any(|r| r.severity == Severity::Error);
    assert!(!error || judgement.verdict != Verdict::Send);
    assert!(judgement.verdict == Verdict::Send || !judgement.reasons.is_empty());
    let json = serde_json::to_string(judgement).expect("a judgement is JSON");
    assert!(!json.contains(CF));
    assert!(!format!("{judgement:?}").contains(CF));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_invoice_gets_a_sound_judgement(invoice in any_invoice(), policy in policy()) {
        sound(&judged(&Input::Invoice(Box::new(invoice)), &policy));
    }

    #[test]
    fn every_documento_gets_a_sound_judgement(documento in any_documento()) {
        sound(&judged(&Input::Documento(Box::new(documento)), &Policy::default()));
    }
}
