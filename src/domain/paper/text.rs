//! Lines that fit: type gets smaller, and then a line is cut.

use super::font;

/// Points of a millimetre.
const MM: f32 = 72.0 / 25.4;
/// No type is smaller, in points.
const SIZE_MIN: f32 = 6.0;

/// The size of type at which all lines fit into a width in millimetres: the given one, or less.
pub(super) fn fitting_size(lines: &[String], width: f32, size: f32) -> f32 {
    let widest = lines.iter().map(|line| font::width(line)).fold(0.0, f32::max);
    let fits = if widest <= 0.0 { size } else { width * MM * 1000.0 / widest };
    fits.min(size).max(SIZE_MIN)
}

/// The line, or its beginning if it does not fit.
pub(super) fn cut(line: &str, width: f32, size: f32) -> String {
    let fits = |text: &str| font::width(text) * size / 1000.0 <= width * MM;
    if fits(line) {
        return line.to_owned();
    }
    let mut cut = line.to_owned();
    while cut.pop().is_some() {
        let shown = format!("{}…", cut.trim_end());
        if fits(&shown) {
            return shown;
        }
    }
    String::new()
}
