//! Chance of a seed: everything that happens in a world is drawn from here, in one order.

use crate::site::Seeded;

/// Draws from one seed.
#[derive(Clone, Debug)]
pub(super) struct Chance(Seeded);

impl Chance {
    /// The draws of a seed.
    pub(super) fn new(seed: u64) -> Self {
        // Far from the neighbouring seeds from the first draw on.
        let mut mixed = Seeded(seed);
        Chance(Seeded(mixed.draw()))
    }

    /// Any number.
    pub(super) fn draw(&mut self) -> u64 {
        self.0.draw()
    }

    /// A number from 0 to `n` - 1; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.draw() % n.max(1)
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1) as u64) as i64
    }

    /// Whether the one case in `n` has come up.
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }

    /// One of these by weight.
    pub(super) fn weighed<T: Copy>(&mut self, of: &[(u64, T)]) -> T {
        let mut left = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in of {
            match left.checked_sub(*weight) {
                None => return *value,
                Some(rest) => left = rest,
            }
        }
        of[0].1
    }
}
