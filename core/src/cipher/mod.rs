//! Encryption of tax codes and pincodes with the service's public key.
//!
//! RSAES-PKCS1-v1_5 with a 1024-bit key is what Sistema TS asks for (PROTOCOL section 3). Only the
//! public operation exists here: a ciphertext once made cannot be read back.

mod certificate;

use std::fmt;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U64, U1024};
use zeroize::Zeroizing;

use crate::domain::Cifrato;
use crate::entropy::Entropy;

pub use certificate::{Certificate, CertificateError, KeyOrigin};

/// Bytes of the modulus, and of every ciphertext.
const LEN: usize = 128;
/// The fewest padding bytes PKCS #1 admits, plus the three fixed bytes of the block.
const OVERHEAD: usize = 11;
/// How many times the entropy source is asked before it is called broken. Three rounds already
/// fail less than once in 2^500 with a good source.
const ROUNDS: usize = 16;

/// Modulus of SanitelCF: the same key in all four certificates from 2015 to 2027, in both
/// environments (PROTOCOL section 3.1).
const SANITEL_MODULUS: &str = "\
    d41f97c749eb942c50600846f88e6f240f036018069c605634e29ab9fe07d0bd\
    6144b3e9b6d9bfcdd95f974c61bdfaf06eb3b0986f66fa2a559406a1fcf9a6c7\
    3d1f35cd02d67d06a6997c543524999d7a76ab452b1374f597b89ae492d00c43\
    5d21128d41cb67c6da8cb57fddf889da6bc4ebdca31b0eeada9217c5bd32d1ef";
/// The usual exponent, F4.
const F4: u32 = 65_537;

/// A 1024-bit RSA public key, ready to encrypt.
///
/// The Montgomery parameters are computed once, when the key is made; keep the value.
#[derive(Clone)]
pub struct PublicKey {
    params: FixedMontyParams<{ U1024::LIMBS }>,
    exponent: u32,
}

/// Why nothing was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CipherError {
    /// Nothing, or more than 117 bytes; the caller's fault.
    #[error("the text to encrypt has 1 to 117 bytes")]
    PlaintextLength,
    /// The host's entropy source gave almost nothing but zeros; the host's fault.
    #[error("the entropy source is broken: it yields only zeros")]
    Entropy,
}

/// Why a key is not one the service could use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not 1024 bits: `cfType` admits 256 characters, so a longer key could not work either.
    #[error("the key must be RSA with 1024 bits")]
    Size,
    /// The modulus is even, so it is not a product of two odd primes.
    #[error("the modulus of the key is even")]
    EvenModulus,
    /// Even, below 3 or above 32 bits.
    #[error("the exponent of the key must be odd and between 3 and 4294967295")]
    Exponent,
}

impl PublicKey {
    /// The service's own key, built in.
    pub fn sanitel() -> Self {
        let modulus = Odd::new(U1024::from_be_hex(SANITEL_MODULUS))
            .into_option()
            .expect("the constant is odd");
        PublicKey { params: FixedMontyParams::new_vartime(modulus), exponent: F4 }
    }

    /// A key from its modulus (big-endian, leading zeros allowed) and exponent.
    pub fn new(modulus: &[u8], exponent: u32) -> Result<Self, KeyError> {
        let zeros = modulus.iter().take_while(|b| **b == 0).count();
        let modulus = &modulus[zeros..];
        if modulus.len() != LEN || modulus[0] & 0x80 == 0 {
            return Err(KeyError::Size);
        }
        let modulus =
            Odd::new(U1024::from_be_slice(modulus)).into_option().ok_or(KeyError::EvenModulus)?;
        if exponent < 3 || exponent.is_multiple_of(2) {
            return Err(KeyError::Exponent);
        }
        Ok(PublicKey { params: FixedMontyParams::new_vartime(modulus), exponent })
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> [u8; LEN] {
        let mut bytes = [0; LEN];
        bytes.copy_from_slice(self.params.modulus().to_be_bytes().as_ref());
        bytes
    }

    /// The exponent.
    pub fn exponent(&self) -> u32 {
        self.exponent
    }

    /// Encrypts up to 117 bytes: the ASCII bytes of a tax code or of a pincode, nothing around
    /// them. Two encryptions of one text differ.
    pub fn encrypt(
        &self,
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<Cifrato, CipherError> {
        let block = padded(plaintext, entropy)?;
        let ciphertext = self.public_operation(&U1024::from_be_slice(block.as_ref()));
        Ok(Cifrato::from_bytes(ciphertext.to_be_bytes().as_ref())
            .expect("128 bytes are a ciphertext"))
    }

    fn public_operation(&self, message: &U1024) -> U1024 {
        let form = FixedMontyForm::new(message, &self.params);
        if self.exponent != F4 {
            return form.pow_vartime(&U64::from_u32(self.exponent)).retrieve();
        }
        // 16 squarings and one product, twice as fast as the general power, which works through
        // the exponent in windows. The plain message as second factor makes the product leave the
        // Montgomery form by itself: (m^65536 R) m / R.
        let power = form.square_repeat_vartime(16);
        let plain = FixedMontyForm::from_montgomery(*message, &self.params);
        power.mul(&plain).to_montgomery()
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.exponent == other.exponent && self.params.modulus() == other.params.modulus()
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modulus = self.modulus();
        write!(f, "PublicKey({:02x}{:02x}…", modulus[0], modulus[1])?;
        write!(f, "{:02x}{:02x})", modulus[LEN - 2], modulus[LEN - 1])
    }
}

/// `00 02 padding 00 plaintext`, the padding random and without zeros (RFC 8017, section 7.2.1).
fn padded(
    plaintext: &[u8],
    entropy: &mut dyn Entropy,
) -> Result<Zeroizing<[u8; LEN]>, CipherError> {
    if plaintext.is_empty() || plaintext.len() > LEN - OVERHEAD {
        return Err(CipherError::PlaintextLength);
    }
    let mut block = Zeroizing::new([0; LEN]);
    let text_at = LEN - plaintext.len();
    block[1] = 2;
    block[text_at..].copy_from_slice(plaintext);
    let padding = &mut block[2..text_at - 1];

    entropy.fill(padding);
    let mut spare = Zeroizing::new([0u8; 16]);
    let mut rounds = 0;
    let mut fresh = 0;
    for byte in padding.iter_mut().filter(|b| **b == 0) {
        while *byte == 0 {
            if fresh == 0 {
                rounds += 1;
                if rounds > ROUNDS {
                    return Err(CipherError::Entropy);
                }
                entropy.fill(spare.as_mut());
                fresh = spare.len();
            }
            fresh -= 1;
            *byte = spare[fresh];
        }
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts upwards: deterministic, with a zero in every 256 bytes.
    struct Counter(u8);

    impl Entropy for Counter {
        fn fill(&mut self, buffer: &mut [u8]) {
            for byte in buffer {
                *byte = self.0;
                self.0 = self.0.wrapping_add(1);
            }
        }
    }

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[test]
    fn padding_has_no_zero_and_the_block_has_its_fixed_bytes() {
        for start in 0..=255 {
            let block = padded(b"0123456789", &mut Counter(start)).unwrap();
            assert_eq!(block[..2], [0, 2]);
            assert!(block[2..117].iter().all(|b| *b != 0));
            assert_eq!(&block[117..], b"\x000123456789");
        }
    }

    #[test]
    fn an_entropy_source_of_zeros_is_an_error_and_not_a_hang() {
        let key = PublicKey::sanitel();
        assert_eq!(key.encrypt(b"1", &mut Zeros), Err(CipherError::Entropy));
    }

    #[test]
    fn plaintext_is_1_to_117_bytes() {
        let key = PublicKey::sanitel();
        let length = Err(CipherError::PlaintextLength);
        assert_eq!(key.encrypt(&[], &mut Counter(1)), length);
        assert_eq!(key.encrypt(&[1; 118], &mut Counter(1)), length);
        assert!(key.encrypt(&[1; 117], &mut Counter(1)).is_ok());
    }

    #[test]
    fn a_ciphertext_is_172_characters_and_differs_each_time() {
        let key = PublicKey::sanitel();
        let mut entropy = Counter(7);
        let first = key.encrypt(b"0123456789", &mut entropy).unwrap();
        let second = key.encrypt(b"0123456789", &mut entropy).unwrap();
        assert_eq!(first.as_str().len(), 172);
        assert_ne!(first, second);
    }

    #[test]
    fn the_short_way_of_65537_is_the_general_power() {
        let key = PublicKey::sanitel();
        let mut message = U1024::from_u32(3);
        for _ in 0..50 {
            let general = FixedMontyForm::new(&message, &key.params)
                .pow_vartime(&U64::from_u32(F4))
                .retrieve();
            assert_eq!(key.public_operation(&message), general);
            message = general;
        }
    }

    #[test]
    fn keys_the_service_cannot_use_are_refused() {
        let modulus = PublicKey::sanitel().modulus();
        assert_eq!(PublicKey::new(&modulus, F4), Ok(PublicKey::sanitel()));
        assert_eq!(PublicKey::new(&modulus[1..], F4), Err(KeyError::Size));
        assert_eq!(PublicKey::new(&[], F4), Err(KeyError::Size));
        assert_eq!(PublicKey::new(&[0xff; 256], F4), Err(KeyError::Size));
        let mut even = modulus;
        even[127] &= 0xfe;
        assert_eq!(PublicKey::new(&even, F4), Err(KeyError::EvenModulus));
        for exponent in [0, 1, 2, 65_536] {
            let key = PublicKey::new(&modulus, exponent);
            assert_eq!(key, Err(KeyError::Exponent));
        }
    }
}
