//! A few seeds of the simulation; `tests/run simulation` plays ten thousand.

use sts_tests::simulation::{Telling, run};

#[test]
fn in_every_world_what_was_wanted_is_stored_once() {
    for seed in 0..100 {
        let outcome = run(seed, Telling::No);
        assert_eq!(outcome.violation, None, "seed {seed}");
    }
}

#[test]
fn a_seed_replays_exactly_and_another_seed_is_another_world() {
    let [first, again, other] = [7, 7, 8].map(|seed| run(seed, Telling::Yes));
    assert!(first.trace.len() > 50, "the story is told");
    assert_eq!(first.trace, again.trace);
    assert_eq!(first.statistics, again.statistics);
    assert_ne!(first.trace, other.trace);
}
