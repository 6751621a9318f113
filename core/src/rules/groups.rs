//! Parts of a total: gathered, taxed and shared out so that every cent stays.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Exclusion;
use crate::domain::{FlagTipoSpesa, Iva, TipoSpesa};

/// Where a part of the total goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    Voce(TipoSpesa, Option<FlagTipoSpesa>),
    Out(Exclusion),
}

/// Lines that go to the same place with the same VAT; amounts in cents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    pub(super) goes: Goes,
    pub(super) iva: Iva,
    pub(super) net: i64,
    pub(super) vat: i64,
    /// Stamp duty and roundings.
    pub(super) extra: i64,
    /// The first line, as the place for what is wrong with the sum.
    pub(super) line: usize,
}

impl Group {
    pub(super) fn gross(&self) -> i64 {
        self.net + self.vat + self.extra
    }

    pub(super) fn is_health(&self) -> bool {
        matches!(self.goes, Goes::Voce(tipo, _) if tipo != TipoSpesa::Aa)
    }
}

#[derive(Debug, Default)]
pub(super) struct Groups(pub(super) Vec<Group>);

impl Groups {
    pub(super) fn add(&mut self, goes: Goes, iva: Iva, net: i64, line: usize) {
        match self.0.iter_mut().find(|g| g.goes == goes && g.iva == iva) {
            Some(group) => group.net += net,
            None => self.0.push(Group { goes, iva, net, vat: 0, extra: 0, line }),
        }
    }

    /// The largest group among those that `wanted` holds of; the first of equals.
    pub(super) fn largest(&self, wanted: impl Fn(&Group) -> bool) -> Option<usize> {
        let candidates = self.0.iter().enumerate().filter(|(_, g)| wanted(g));
        candidates.rev().max_by_key(|(_, g)| g.net).map(|(i, _)| i)
    }

    /// Where something goes that has no line of its own: the largest health expense, else the
    /// largest item, else the largest of all.
    pub(super) fn main(&self) -> Option<usize> {
        self.largest(Group::is_health)
            .or_else(|| self.largest(|g| matches!(g.goes, Goes::Voce(..))))
            .or_else(|| self.largest(|_| true))
    }

    pub(super) fn gross(&self) -> i64 {
        self.0.iter().map(Group::gross).sum()
    }

    /// VAT, once per rate.
    pub(super) fn tax(&mut self) {
        for first in 0..self.0.len() {
            let iva = self.0[first].iva;
            let Iva::Aliquota(aliquota) = iva else {
                continue;
            };
            if self.0[..first].iter().any(|g| g.iva == iva) {
                continue;
            }
            let same = |g: &&mut Group| g.iva == iva;
            let net: i64 = self.0.iter_mut().filter(same).map(|g| g.net).sum();
            let vat = rounded(i128::from(net) * i128::from(aliquota.hundredths()), 10_000);
            let members = self.0.iter_mut().filter(same);
            share(vat, members.map(|g| (g.net, &mut g.vat)).collect());
        }
    }

    /// A contribution goes where the lines with its VAT go, in proportion; without such lines it
    /// goes with the main group.
    pub(super) fn add_contribution(&mut self, iva: Iva, net: i64) {
        let weight: i64 = self.0.iter().filter(|g| g.iva == iva).map(|g| g.net).sum();
        let positive = self.0.iter().all(|g| g.iva != iva || g.net >= 0);
        if weight > 0 && positive {
            let same = self.0.iter_mut().filter(|g| g.iva == iva);
            // Shares of the contribution are part of the net amount: VAT is due on them.
            let mut shares: Vec<(i64, i64)> = same.map(|g| (g.net, 0)).collect();
            share(net, shares.iter_mut().map(|(w, s)| (*w, s)).collect());
            let same = self.0.iter_mut().filter(|g| g.iva == iva);
            same.zip(shares).for_each(|(g, (_, s))| g.net += s);
        } else if let Some(main) = self.main() {
            let Group { goes, line, .. } = self.0[main];
            self.add(goes, iva, net, line);
        }
    }
}

/// Half away from zero.
fn rounded(numerator: i128, denominator: i128) -> i64 {
    let magnitude = (numerator.abs() + denominator / 2) / denominator;
    (magnitude * numerator.signum()) as i64
}

/// Shares an amount out in proportion to weights, exactly: each share is rounded down and the
/// cents left over go to the largest remainders, the first of equals.
fn share(amount: i64, mut parts: Vec<(i64, &mut i64)>) {
    let total: i128 = parts.iter().map(|(weight, _)| i128::from(*weight)).sum();
    if total == 0 {
        if let Some((_, to)) = parts.first_mut() {
            **to += amount;
        }
        return;
    }
    let mut left = amount;
    let mut remainders = BinaryHeap::new();
    for (i, (weight, to)) in parts.iter_mut().enumerate() {
        // A negative total turns both signs, so that remainders stay within 0 and the total.
        let exact = i128::from(amount) * i128::from(*weight) * total.signum();
        let floor = exact.div_euclid(total.abs()) as i64;
        **to += floor;
        left -= floor;
        remainders.push((exact.rem_euclid(total.abs()), Reverse(i)));
    }
    for _ in 0..left {
        if let Some((_, Reverse(i))) = remainders.pop() {
            *parts[i].1 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_sum_to_the_amount_and_stay_within_a_cent_of_proportion(
            amount in -1_000_000i64..1_000_000,
            weights in proptest::collection::vec(0i64..1_000_000, 1..20),
        ) {
            let mut shares = vec![0; weights.len()];
            share(amount, weights.iter().copied().zip(&mut shares).collect());
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
            let total: i64 = weights.iter().sum();
            if total > 0 {
                for (weight, share) in weights.iter().zip(&shares) {
                    let exact = amount as f64 * *weight as f64 / total as f64;
                    prop_assert!((*share as f64 - exact).abs() < 1.001);
                }
            }
        }

        #[test]
        fn shares_of_discounts_sum_too(
            amount in -1_000_000i64..1_000_000,
            weights in proptest::collection::vec(-1_000_000i64..1_000_000, 1..20),
        ) {
            let mut shares = vec![0; weights.len()];
            share(amount, weights.iter().copied().zip(&mut shares).collect());
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
        }
    }

    #[test]
    fn vat_is_rounded_half_away_from_zero() {
        assert_eq!(rounded(5, 10), 1);
        assert_eq!(rounded(-5, 10), -1);
        assert_eq!(rounded(4, 10), 0);
        assert_eq!(rounded(14, 10), 1);
    }
}
