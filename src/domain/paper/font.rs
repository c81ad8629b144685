//! The typeface on paper: how wide letters are, and the part of it that a document needs.

use std::{collections::HashMap, sync::LazyLock};

use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

/// DejaVu Sans: Latin, Greek, Cyrillic and more, free to be embedded.
static FACE: LazyLock<Face<'static>> =
    LazyLock::new(|| Face::parse(dejavu::sans::regular(), 0).expect("it is a typeface"));

/// Thousandths of the size of the type.
const EM: f32 = 1000.0;

/// The letters that a document has used so far.
pub(super) struct Font {
    glyphs: GlyphRemapper,
    /// What each of them stands for and how wide it is, by their numbers in the document.
    used: HashMap<u16, (char, f32)>,
}

/// What a document says of the typeface.
pub(super) struct Metrics {
    pub(super) ascent: f32,
    pub(super) descent: f32,
    pub(super) cap_height: f32,
    pub(super) bbox: [f32; 4],
}

impl Font {
    pub(super) fn new() -> Self {
        Self { glyphs: GlyphRemapper::new(), used: HashMap::new() }
    }

    /// The text as the document writes it, two bytes a letter. Letters that the typeface is without are
    /// shown as an empty box.
    pub(super) fn write(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * text.len());
        for char in text.chars() {
            let glyph = glyph(char);
            let number = self.glyphs.remap(glyph.0);
            self.used.entry(number).or_insert_with(|| (char, advance(glyph)));
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// The letters in the order of their numbers: which, what it stands for, how wide it is.
    pub(super) fn used(&self) -> Vec<(u16, char, f32)> {
        let mut used: Vec<_> =
            self.used.iter().map(|(number, (char, width))| (*number, *char, *width)).collect();
        used.sort_unstable_by_key(|(number, ..)| *number);
        used
    }

    /// The part of the typeface that holds them.
    pub(super) fn subset(&self) -> Vec<u8> {
        let subset = subsetter::subset(dejavu::sans::regular(), 0, &self.glyphs);
        subset.expect("the typeface can be cut")
    }
}

/// How wide a text is, in thousandths of the size of the type.
pub(super) fn width(text: &str) -> f32 {
    text.chars().map(|char| advance(glyph(char))).sum()
}

pub(super) fn metrics() -> Metrics {
    let bbox = FACE.global_bounding_box();
    Metrics {
        ascent: in_em(FACE.ascender()),
        descent: in_em(FACE.descender()),
        cap_height: in_em(FACE.capital_height().unwrap_or(FACE.ascender())),
        bbox: [bbox.x_min, bbox.y_min, bbox.x_max, bbox.y_max].map(in_em),
    }
}

fn glyph(char: char) -> GlyphId {
    FACE.glyph_index(char).unwrap_or(GlyphId(0))
}

fn advance(glyph: GlyphId) -> f32 {
    FACE.glyph_hor_advance(glyph).map_or(EM, |width| f32::from(width) * EM / units())
}

fn in_em(units_: i16) -> f32 {
    f32::from(units_) * EM / units()
}

fn units() -> f32 {
    f32::from(FACE.units_per_em())
}
