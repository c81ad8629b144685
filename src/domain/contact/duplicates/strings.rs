//! The search strings of a contact: the first or last letters of its values, in plain letters.

use sha2::{Digest, Sha256};

use crate::{
    domain::text,
    entity::{contact::Model, kinds::ContactType},
};

/// A piece of a value that contacts of a type are compared by.
#[derive(Debug)]
pub struct SearchString {
    /// The field, as the API calls it.
    pub field: &'static str,
    pub part: Part,
    /// Letters and digits at most.
    pub length: usize,
    value: fn(&Model) -> Option<&str>,
}

/// Which piece.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Part {
    First,
    Last,
}

macro_rules! strings {
    ($($name:literal $part:ident $length:literal $value:expr;)*) => {
        &[$(SearchString {
            field: $name,
            part: Part::$part,
            length: $length,
            value: $value,
        },)*]
    };
}

/// Of companies: where two agree in their names, addresses and numbers.
const OF_COMPANIES: &[SearchString] = strings! {
    "name" First 8 |row| Some(&row.name);
    "name" Last 5 |row| Some(&row.name);
    "address" First 6 |row| row.address.as_deref();
    "address" Last 5 |row| row.address.as_deref();
    "postCode" First 8 |row| row.post_code.as_deref();
    "city" First 5 |row| row.city.as_deref();
    "phone" Last 6 |row| row.phone.as_deref();
    "email" First 12 |row| row.email.as_deref();
    "vatNo" Last 8 |row| row.vat_no.as_deref();
};

/// Of people: colleagues have the same address and telephone, so these say nothing.
const OF_PEOPLE: &[SearchString] = strings! {
    "firstName" First 5 |row| row.first_name.as_deref();
    "surname" First 8 |row| row.surname.as_deref();
    "surname" Last 5 |row| row.surname.as_deref();
    "email" First 16 |row| row.email.as_deref();
    "mobile" Last 6 |row| row.mobile.as_deref();
};

/// The search strings by the type of contact that they are for. The place of each is counted from 1.
pub const SEARCH_STRINGS: [(ContactType, &[SearchString]); 2] =
    [(ContactType::Company, OF_COMPANIES), (ContactType::Person, OF_PEOPLE)];

/// The strings for contacts of this type.
pub(super) fn of_type(r#type: ContactType) -> &'static [SearchString] {
    match r#type {
        ContactType::Company => OF_COMPANIES,
        ContactType::Person => OF_PEOPLE,
    }
}

/// The places of the strings that the contact has, with their hashes. Equal strings in different places
/// have different ones.
pub(super) fn hashes(row: &Model) -> impl Iterator<Item = (i32, i64)> {
    (1..).zip(of_type(row.r#type)).filter_map(|(place, it)| {
        let piece = it.piece((it.value)(row)?)?;
        let digest = Sha256::digest(format!("{:?} {place} {piece}", row.r#type));
        let (first, _) = digest.as_slice().split_first_chunk::<8>()?;
        Some((place, i64::from_be_bytes(*first)))
    })
}

impl SearchString {
    /// The piece of a value: letters and digits, whatever their case and accents.
    fn piece(&self, value: &str) -> Option<String> {
        let letters: Vec<char> = text::words(value).concat().chars().collect();
        let count = self.length.min(letters.len());
        let piece = match self.part {
            Part::First => &letters[..count],
            Part::Last => &letters[letters.len() - count..],
        };
        Some(piece.iter().collect()).filter(|piece: &String| !piece.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_letters_and_digits_in_plain_form() {
        let string = |part, length| SearchString { field: "", part, length, value: |_| None };
        for (part, length, value, expected) in [
            (Part::First, 5, "Åkers & Söner AB", Some("akers")),
            (Part::Last, 5, "Åkers & Söner AB", Some("nerab")),
            (Part::Last, 6, "+46 8-123 45 67", Some("234567")),
            (Part::First, 5, "Ek", Some("ek")),
            (Part::Last, 5, " - ", None),
        ] {
            assert_eq!(string(part, length).piece(value).as_deref(), expected, "{value}");
        }
    }
}
