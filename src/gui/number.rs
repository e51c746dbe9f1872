//! Numbers as people read them: few digits, a true minus sign, no jitter in width.

/// A number with this many significant digits; very small and very large ones in powers of ten.
#[must_use]
pub(super) fn significant(x: f64, digits: usize) -> String {
    if x.is_nan() {
        return "?".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    let digits = digits.max(1);
    let size = x.abs();
    let text = if size == 0.0 {
        "0".to_owned()
    } else if (1e-3..1e5).contains(&size) {
        let whole = size.log10().floor() + 1.0;
        let decimals = (digits as f64 - whole).max(0.0) as usize;
        format!("{x:.decimals$}")
    } else {
        format!("{x:.*e}", digits - 1)
    };
    minus(&text)
}

/// The same without trailing zeros: for numbers that stand in running text.
#[must_use]
pub(super) fn short(x: f64, digits: usize) -> String {
    let text = significant(x, digits);
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, format!("e{exponent}")),
        None => (text.as_str(), String::new()),
    };
    if mantissa.contains('.') {
        let trimmed = mantissa.trim_end_matches('0').trim_end_matches('.');
        format!("{trimmed}{exponent}")
    } else {
        text
    }
}

/// A state: two decimals and always a sign; more digits where that would read zero.
#[must_use]
pub(super) fn state(x: f64) -> String {
    if !x.is_finite() {
        return significant(x, 3);
    }
    let size = x.abs();
    if size >= 1e4 || (size > 0.0 && size < 5e-3) {
        let text = significant(x, 2);
        return if x > 0.0 { format!("+{text}") } else { text };
    }
    minus(&format!("{x:+.2}"))
}

/// A concentration: like a state but never signed.
#[must_use]
pub(super) fn concentration(x: f64) -> String {
    let text = state(x);
    text.strip_prefix('+').map(str::to_owned).unwrap_or(text)
}

/// The hyphen that formatting gives, as a minus sign of the width of a plus.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_size() {
        assert_eq!(significant(0.012_345, 3), "0.0123");
        assert_eq!(significant(-123.456, 3), "−123");
        assert_eq!(significant(3.21e-7, 2), "3.2e−7");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(f64::NAN, 3), "?");
        assert_eq!(short(2.50, 3), "2.5");
        assert_eq!(short(100.0, 3), "100");
        assert_eq!(short(5e-4, 3), "5e−4");
    }

    #[test]
    fn states_are_signed() {
        assert_eq!(state(1.416), "+1.42");
        assert_eq!(state(-0.35), "−0.35");
        assert_eq!(state(2e-5), "+2.0e−5");
        assert_eq!(concentration(0.4), "0.40");
    }
}
