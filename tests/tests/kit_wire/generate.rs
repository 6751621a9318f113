//! Documents of every shape the domain admits.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sts_core::domain::{
    Aliquota, Cifrato, CodiceAsl, CodiceRegione, CodiceSsa, Data, Dispositivo, DocumentoSpesa,
    FlagOpposizione, FlagPagamentoAnticipato, FlagTipoSpesa, IdSpesa, Importo, Iva, Natura,
    NumDocumento, PagamentoTracciato, PartitaIva, Proprietario, Strictness, TipoDocumento,
    TipoSpesa, VoceSpesa,
};
use sts_core::wire::Opzionali;

/// The same values in every run.
pub(crate) fn sample<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

pub(crate) fn data() -> impl Strategy<Value = Data> {
    let first = Data::new(2015, 1, 1).expect("a day").days();
    let last = Data::new(2199, 12, 31).expect("a day").days();
    (first..=last).prop_map(|days| Data::from_days(days).expect("in range"))
}

fn cifrato() -> impl Strategy<Value = Cifrato> {
    prop::collection::vec(any::<u8>(), 128).prop_map(|b| Cifrato::from_bytes(&b).expect("128"))
}

pub(crate) fn id_spesa() -> impl Strategy<Value = IdSpesa> {
    ("[0-9]{11}", data(), 1u16..=999, "[A-Za-z0-9_./\\\\-]{1,20}").prop_map(
        |(p_iva, data_emissione, dispositivo, numero)| IdSpesa {
            p_iva: PartitaIva::parse(&p_iva, Strictness::Kit).expect("form"),
            data_emissione,
            dispositivo: Dispositivo::new(dispositivo).expect("in range"),
            num_documento: NumDocumento::parse(&numero).expect("form"),
        },
    )
}

fn voce() -> impl Strategy<Value = VoceSpesa> {
    let rate = (0u16..=10_000)
        .prop_map(|n| Iva::Aliquota(Aliquota::from_hundredths(n).expect("in range")));
    let natura = select(Natura::ALL).prop_map(Iva::Natura);
    (
        select(TipoSpesa::ALL),
        prop::option::of(select(FlagTipoSpesa::ALL)),
        VoceSpesa::IMPORTO_CENTS,
        prop::option::of(prop_oneof![rate, natura]),
    )
        .prop_map(|(tipo_spesa, flag_tipo_spesa, cents, iva)| VoceSpesa {
            tipo_spesa,
            flag_tipo_spesa,
            importo: Importo::from_cents(cents).expect("in range"),
            iva,
        })
}

pub(crate) fn documento() -> impl Strategy<Value = DocumentoSpesa<Cifrato>> {
    (
        id_spesa(),
        prop::option::of(id_spesa()),
        data(),
        select(FlagPagamentoAnticipato::ALL),
        prop::option::of(cifrato()),
        prop::collection::vec(voce(), 1..5),
        prop::option::of(select(PagamentoTracciato::ALL)),
        prop::option::of(select(TipoDocumento::ALL)),
        prop::option::of(select(FlagOpposizione::ALL)),
    )
        .prop_map(|fields| DocumentoSpesa {
            id_spesa: fields.0,
            id_rimborso: fields.1,
            data_pagamento: fields.2,
            flag_pagamento_anticipato: fields.3,
            cf_cittadino: fields.4,
            voci_spesa: fields.5,
            pagamento_tracciato: fields.6,
            tipo_documento: fields.7,
            flag_opposizione: fields.8,
        })
}

/// Professionals, structures, and structures whose Region sends for them, without a tax code.
pub(crate) fn proprietario<C: std::fmt::Debug + Clone>(
    cf: impl Strategy<Value = C> + Clone + 'static,
) -> impl Strategy<Value = Proprietario<C>> {
    let struttura = ("[A-Z0-9]{3}", "[A-Z0-9]{3}", "[A-Z0-9]{5,6}", prop::option::of(cf.clone()))
        .prop_map(|(regione, asl, ssa, cf_proprietario)| Proprietario::Struttura {
            codice_regione: CodiceRegione::parse(&regione).expect("form"),
            codice_asl: CodiceAsl::parse(&asl).expect("form"),
            codice_ssa: CodiceSsa::parse(&ssa).expect("form"),
            cf_proprietario,
        });
    let professionista =
        cf.prop_map(|cf_proprietario| Proprietario::Professionista { cf_proprietario });
    prop_oneof![professionista, struttura]
}

pub(crate) fn proprietario_cifrato() -> impl Strategy<Value = Proprietario<Cifrato>> {
    let cf =
        prop::collection::vec(any::<u8>(), 128).prop_map(|b| Cifrato::from_bytes(&b).expect("128"));
    proprietario(cf.boxed())
}

/// Absent, empty, and with everything XML must escape.
pub(crate) fn opzionali() -> impl Strategy<Value = Opzionali> {
    let text = prop_oneof!["", "[ -~]{0,20}", "[<>&\"'àè€]{1,5}"];
    let text = prop::option::of(text.prop_map(String::from));
    [text.clone(), text.clone(), text].prop_map(|texts| Opzionali::new(texts).expect("printable"))
}
