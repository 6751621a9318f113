//! Which kinds of expense a category of sender may send (RULES section 1).

use crate::domain::{Categoria, TipoSpesa};

/// How sure it is that a category may send a kind of expense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// In an official sample.
    Admitted,
    /// In a third party's reading of Allegato A of DM 19/10/2020, or in the official FAQ on `AA`,
    /// and in no official sample.
    Uncertain,
    /// In no source.
    Refused,
}

use Categoria as C;
use TipoSpesa as T;

/// Category, kinds in the official samples, kinds in other sources.
type Row = (&'static [Categoria], &'static [TipoSpesa], &'static [TipoSpesa]);

const TABLE: &[Row] = &[
    (&[C::Farmacia], &[T::Ad, T::Fc, T::Fv, T::Tk], &[T::As, T::Pi, T::Aa]),
    // The same chapter as pharmacies, but no sample of its own.
    (&[C::FarmaciaAnmig], &[], &[T::Ad, T::Fc, T::Fv, T::Tk, T::As, T::Pi, T::Aa]),
    (&[C::StrutturaAccreditata], &[T::Sr, T::Tk, T::Fc], &[T::Ct, T::Pi, T::Ic, T::Aa]),
    (&[C::SanitaMilitare], &[], &[T::Tk, T::Sr, T::Ct, T::Pi, T::Ic, T::Aa]),
    // A TK stands in a kit sample of physicians, against every list.
    (&[C::Medico, C::Odontoiatra], &[T::Sr], &[T::Ic, T::Aa, T::Tk]),
    // The kit's FV is that of the retail of veterinary medicines, a sibling of this profile.
    (&[C::StrutturaAutorizzata], &[T::Sr, T::Aa], &[T::Ct, T::Pi, T::Ic, T::Fv]),
    (&[C::VenditaFarmaciVeterinari], &[T::Fv, T::Aa], &[]),
    (&[C::Veterinario], &[T::Sv, T::Fv, T::Aa], &[]),
    // AA for a third party's share: the FAQ says so, the test server took SP alone.
    (
        &[
            C::Psicologo,
            C::Infermiere,
            C::Ostetrica,
            C::Radiologo,
            C::Biologo,
            C::AltroProfessionista,
        ],
        &[T::Sp],
        &[T::Aa],
    ),
    (&[C::Parafarmacia], &[T::Fc, T::Fv, T::Aa], &[T::Ad, T::As, T::Pi]),
    (&[C::Ottico], &[T::Ad, T::Aa], &[]),
];

/// Whether a category may send a kind of expense, as far as is known.
pub fn admission(categoria: Categoria, tipo: TipoSpesa) -> Admission {
    let row = TABLE.iter().find(|(categories, ..)| categories.contains(&categoria));
    match row {
        Some((_, admitted, _)) if admitted.contains(&tipo) => Admission::Admitted,
        Some((_, _, uncertain)) if uncertain.contains(&tipo) => Admission::Uncertain,
        _ => Admission::Refused,
    }
}

/// The kind of expense of a line that names none: that of the professions that have one alone.
pub(super) fn only_health_expense(categoria: Categoria) -> Option<TipoSpesa> {
    (admission(categoria, TipoSpesa::Sp) == Admission::Admitted).then_some(TipoSpesa::Sp)
}

/// Whether the deduction needs no traced payment because the sender is public or accredited
/// (L. 160/2019, c. 680; PROTOCOL section 5.5, rule 6).
pub(super) fn public_or_accredited(categoria: Categoria) -> bool {
    matches!(categoria, Categoria::StrutturaAccreditata | Categoria::SanitaMilitare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_has_exactly_one_row() {
        for categoria in Categoria::ALL {
            let rows = TABLE.iter().filter(|(c, ..)| c.contains(categoria)).count();
            assert_eq!(rows, 1, "{categoria}");
        }
    }

    #[test]
    fn no_kind_is_both_admitted_and_uncertain() {
        for (_, admitted, uncertain) in TABLE {
            assert!(admitted.iter().all(|tipo| !uncertain.contains(tipo)));
        }
    }
}
