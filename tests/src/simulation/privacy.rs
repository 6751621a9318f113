//! Nothing private may be seen: every output of the engine passes here.

use base64::Engine as _;

use super::invoices::PATIENTS;
use crate::stage::{PINCODE, USER};

/// Every tax code that belongs to nobody has this place of birth.
const PLACE: &str = "X999";
/// Every password of these worlds begins with this.
pub(super) const PASSWORD: &str = "Parola.";

/// What was printed, written or could be.
#[derive(Debug)]
pub(super) struct Privacy {
    basic: String,
}

impl Default for Privacy {
    fn default() -> Self {
        // Whatever the password: three bytes make four characters, so a whole prefix shows.
        let user = &format!("{USER}:")[..15];
        Privacy { basic: base64::engine::general_purpose::STANDARD.encode(user) }
    }
}

impl Privacy {
    /// Panics when something private is in the text; `what` says whose it is.
    pub(super) fn scan(&self, what: &str, text: &str) {
        for (at, _) in text.match_indices(PLACE) {
            // Ciphertext in base64 may say X999 by chance.
            let Some(code) = at.checked_sub(11).and_then(|from| text.get(from..from + 16)) else {
                continue;
            };
            assert!(code != USER && !PATIENTS.contains(&code), "a tax code is seen in {what}");
        }
        assert!(!text.contains(PASSWORD), "a password is seen in {what}");
        assert!(!text.contains(PINCODE), "the pincode is seen in {what}");
        assert!(!text.contains(&self.basic), "a Basic header is seen in {what}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(text: &str) -> bool {
        let scan = || Privacy::default().scan("a test", text);
        std::panic::catch_unwind(scan).is_err()
    }

    #[test]
    fn each_kind_of_secret_is_caught_wherever_it_stands() {
        let token = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}1"));
        for secret in [USER, PATIENTS[0], "Parola.7", PINCODE, &token] {
            assert!(caught(secret) && caught(&format!("...{secret}...")), "{secret}");
        }
        assert!(!caught("X999 AAAAAAAAAAAX999A 9000000002 Basic"));
    }
}
