//! What Change offers under `/newsession`. Pure: the resolved defaults are ceilings (PROTOCOL.md
//! section 3), so nothing larger is offered, and the service judges every choice again.

/// Renewal units, seconds.
const EXPIRES_IN_S: [i64; 5] = [3_600, 21_600, 86_400, 259_200, 604_800];
/// Renewals in all.
const MAX_RENEWALS: [i64; 5] = [0, 3, 10, 30, 100];

/// Renewal units up to the ceiling, which is always the last of them; seconds.
pub(super) fn expires_in(ceiling_s: i64) -> Vec<i64> {
    up_to(&EXPIRES_IN_S, ceiling_s)
}

/// Numbers of renewals up to the ceiling, which is always the last of them.
pub(super) fn max_renewals(ceiling: i64) -> Vec<i64> {
    up_to(&MAX_RENEWALS, ceiling)
}

fn up_to(presets: &[i64], ceiling: i64) -> Vec<i64> {
    let smaller = presets.iter().copied().filter(|value| *value < ceiling);
    smaller.chain([ceiling]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_above_the_ceiling_is_offered_and_the_ceiling_is() {
        assert_eq!(expires_in(86_400), [3_600, 21_600, 86_400]);
        assert_eq!(expires_in(10_000), [3_600, 10_000]);
        assert_eq!(expires_in(300), [300]);
        assert_eq!(max_renewals(30), [0, 3, 10, 30]);
        assert_eq!(max_renewals(7), [0, 3, 7]);
        assert_eq!(max_renewals(0), [0]);
    }
}
