//! Under which name a client keeps a file: in letters that every client reads, and in its own.

/// To be kept under this name, never shown.
pub(super) fn kept_as(name: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || " -_.()".contains(char);
    let plain: String = name.chars().map(|char| if is_plain(char) { char } else { '_' }).collect();
    named(&plain, name)
}

/// The same for a file about a segment: its number, and what comes after that.
pub(super) fn of_segment(no: &str, rest: &str) -> String {
    let plain: String = no.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = if plain.is_empty() { "segment" } else { &plain };
    named(&format!("{plain}{rest}"), &format!("{no}{rest}"))
}

fn named(plain: &str, name: &str) -> String {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let encoded: String = name
        .bytes()
        .map(|byte| match is_safe(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}
