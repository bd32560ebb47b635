//! Address rules per chain (PROTOCOL.md section 1). Pure.

use sha3::{Digest, Keccak256};

use super::Chain;

const EVM_HEX_DIGITS: usize = 40;
const SOLANA_BYTES: usize = 32;
const ADDRESS_BYTES_MAX: usize = 64;

/// Why a text is not an address of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not `0x` and 40 hex digits.
    #[error("an evm address is 0x followed by 40 hexadecimal digits")]
    EvmForm,
    /// Mixed case that is not the EIP-55 checksum.
    #[error(
        "the upper and lower case letters do not match the EIP-55 checksum: a digit may be mistyped"
    )]
    EvmChecksum,
    /// Not base58 of 32 bytes.
    #[error("a solana address is base58 text of 32 bytes")]
    SolanaForm,
}

/// Checks an address for its chain.
///
/// # Errors
/// The rule it breaks.
pub fn check(chain: Chain, text: &str) -> Result<(), AddressError> {
    match chain {
        Chain::Evm => check_evm(text),
        Chain::Solana => check_solana(text),
    }
}

fn check_evm(text: &str) -> Result<(), AddressError> {
    let digits = text.strip_prefix("0x").ok_or(AddressError::EvmForm)?;
    if digits.len() != EVM_HEX_DIGITS || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(AddressError::EvmForm);
    }
    let lower = digits.to_ascii_lowercase();
    let one_case = digits == lower || digits == digits.to_ascii_uppercase();
    if one_case || digits == eip55(&lower) {
        Ok(())
    } else {
        Err(AddressError::EvmChecksum)
    }
}

/// Letters are upper case where the matching nibble of the Keccak-256 of the lower case
/// digits is 8 or more.
fn eip55(lower: &str) -> String {
    let hash = Keccak256::digest(lower.as_bytes());
    lower
        .chars()
        .enumerate()
        .map(|(index, digit)| {
            let byte = hash[index / 2];
            let nibble = if index % 2 == 0 {
                byte >> 4
            } else {
                byte & 0x0F
            };
            if nibble >= 8 {
                digit.to_ascii_uppercase()
            } else {
                digit
            }
        })
        .collect()
}

fn check_solana(text: &str) -> Result<(), AddressError> {
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(AddressError::SolanaForm);
    }
    match bs58::decode(text).into_vec() {
        Ok(bytes) if bytes.len() == SOLANA_BYTES => Ok(()),
        _ => Err(AddressError::SolanaForm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evm_addresses() {
        // The examples of EIP-55.
        for good in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED",
        ] {
            assert_eq!(check(Chain::Evm, good), Ok(()), "{good}");
        }
        let mistyped = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD";
        assert_eq!(check(Chain::Evm, mistyped), Err(AddressError::EvmChecksum));
        for bad in [
            "",
            "0x",
            "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aaeb6",
            "0xg",
        ] {
            assert_eq!(check(Chain::Evm, bad), Err(AddressError::EvmForm), "{bad}");
        }
    }

    #[test]
    fn solana_addresses() {
        assert_eq!(
            check(Chain::Solana, "11111111111111111111111111111111"),
            Ok(())
        );
        assert_eq!(
            check(Chain::Solana, "So11111111111111111111111111111111111111112"),
            Ok(())
        );
        let long = "1".repeat(10_000);
        for bad in ["", "0", "1111", "0OIl", long.as_str()] {
            assert_eq!(check(Chain::Solana, bad), Err(AddressError::SolanaForm));
        }
    }
}
