//! What a contact may hold.

use crate::{
    domain::{Reason, Rejections, code::CODE_CHARS_MAX, text},
    entity::{contact::Model, kinds::ContactType},
};

pub(super) const NAME_CHARS_MAX: usize = 100;
pub(super) const PHONE_CHARS_MAX: usize = 30;
pub(super) const EMAIL_CHARS_MAX: usize = 250;
pub(super) const HOME_PAGE_CHARS_MAX: usize = 255;
const EXTERNAL_CHARS_MAX: usize = 50;

/// Checks a [derived](super::derive) contact: lengths, CON-3, and what companies and people can
/// have. Whether its codes, its company and its number are there or free is asked elsewhere.
pub fn validate(row: &Model) -> Rejections {
    let mut rejections = Rejections::default();
    if !text::is_visible(&row.name) {
        rejections.add(Reason::Required, &["name"], "A contact has a name.");
    }
    lengths(row, &mut rejections);
    for (path, number) in [("phone", &row.phone), ("mobile", &row.mobile)] {
        number.iter().for_each(|it| phone(path, it, &mut rejections));
    }
    for (path, address) in [("email", &row.email), ("email2", &row.email2)] {
        address.iter().for_each(|it| email(path, it, &mut rejections));
    }
    type_fields(row, &mut rejections);
    rejections
}

/// CON-3.
pub(super) fn phone(path: &str, number: &str, rejections: &mut Rejections) {
    if number.chars().any(char::is_alphabetic) {
        rejections.add(Reason::Invalid, &[path], "A telephone number has no letters.");
    }
}

/// CON-3.
pub(super) fn email(path: &str, address: &str, rejections: &mut Rejections) {
    if !are_addresses(address) {
        let message = format!("{address:?} is no e-mail address, nor several parted by \";\".");
        rejections.add(Reason::Invalid, &[path], message);
    }
}

pub(super) fn length(path: &str, text: &str, chars_max: usize, rejections: &mut Rejections) {
    if is_longer(text, chars_max) {
        let message = format!("It has more than {chars_max} characters.");
        rejections.add(Reason::LimitExceeded, &[path], message);
    }
}

fn lengths(row: &Model, rejections: &mut Rejections) {
    let mut check = |path: &str, text: &Option<String>, chars_max: usize| {
        text.iter().for_each(|text| length(path, text, chars_max, rejections));
    };
    check("no", &Some(row.no.clone()), CODE_CHARS_MAX);
    // A name that was made from its parts is too long if one of them is, which is said of that one.
    let parts = [&row.first_name, &row.middle_name, &row.surname];
    if !parts.iter().any(|part| part.as_ref().is_some_and(|it| is_longer(it, NAME_CHARS_MAX))) {
        check("name", &Some(row.name.clone()), NAME_CHARS_MAX);
    }
    for (path, text, chars_max) in [
        ("name2", &row.name2, NAME_CHARS_MAX),
        ("searchName", &row.search_name, NAME_CHARS_MAX),
        ("firstName", &row.first_name, NAME_CHARS_MAX),
        ("middleName", &row.middle_name, NAME_CHARS_MAX),
        ("surname", &row.surname, NAME_CHARS_MAX),
        ("initials", &row.initials, PHONE_CHARS_MAX),
        ("jobTitle", &row.job_title, NAME_CHARS_MAX),
        ("salutation", &row.salutation, CODE_CHARS_MAX),
        ("organizationalLevel", &row.organizational_level, CODE_CHARS_MAX),
        ("address", &row.address, NAME_CHARS_MAX),
        ("address2", &row.address2, NAME_CHARS_MAX),
        ("city", &row.city, NAME_CHARS_MAX),
        ("postCode", &row.post_code, CODE_CHARS_MAX),
        ("county", &row.county, NAME_CHARS_MAX),
        ("country", &row.country, CODE_CHARS_MAX),
        ("phone", &row.phone, PHONE_CHARS_MAX),
        ("mobile", &row.mobile, PHONE_CHARS_MAX),
        ("fax", &row.fax, PHONE_CHARS_MAX),
        ("email", &row.email, EMAIL_CHARS_MAX),
        ("email2", &row.email2, EMAIL_CHARS_MAX),
        ("homePage", &row.home_page, HOME_PAGE_CHARS_MAX),
        ("territory", &row.territory, CODE_CHARS_MAX),
        ("currency", &row.currency, CODE_CHARS_MAX),
        ("language", &row.language, CODE_CHARS_MAX),
        ("salesperson", &row.salesperson, CODE_CHARS_MAX),
        ("vatNo", &row.vat_no, EXTERNAL_CHARS_MAX),
        ("registrationNo", &row.registration_no, EXTERNAL_CHARS_MAX),
        ("externalId", &row.external_id, EXTERNAL_CHARS_MAX),
    ] {
        check(path, text, chars_max);
    }
}

/// A text has no more characters than bytes, and those are known.
pub(super) fn is_longer(text: &str, chars_max: usize) -> bool {
    chars_max < text.len() && chars_max < text.chars().count()
}

/// What stands around e-mail addresses, and not in them: `mailto:a@b.se`, `Ada <a@b.se>`.
const AROUND_ADDRESSES: &[char] = &[',', ':', '<', '>', '(', ')', '[', ']', '\\'];

/// One e-mail address, or several parted by semicolons.
pub(in crate::domain) fn are_addresses(list: &str) -> bool {
    list.split(';').map(str::trim).all(|address| {
        let Some((local, domain)) = address.split_once('@') else { return false };
        let is_around = |char: char| char.is_whitespace() || AROUND_ADDRESSES.contains(&char);
        let local_is_fine = text::is_visible(local) && !local.contains(is_around);
        let label_is_fine = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|char| char.is_alphanumeric() || char == '-')
        };
        local_is_fine && domain.split('.').all(label_is_fine)
    })
}

/// What only a person has. Everything else Business Central lets both have.
fn type_fields(row: &Model, rejections: &mut Rejections) {
    if row.r#type == ContactType::Person {
        return;
    }
    for (path, given) in [
        ("firstName", row.first_name.is_some()),
        ("middleName", row.middle_name.is_some()),
        ("surname", row.surname.is_some()),
        ("initials", row.initials.is_some()),
        ("jobTitle", row.job_title.is_some()),
        ("minor", row.minor),
        ("parentalConsent", row.parental_consent),
    ] {
        if given {
            rejections.add(Reason::NotAllowed, &[path], "Only a person can have this.");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["a@b.se", "a.b+c@x-y.example", "a@b.se; c@d.se", "å@ö.se", "root@localhost"]
        {
            assert!(are_addresses(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@b.se",
            "a b@c.se",
            "a@b..se",
            "a@b.se;",
            "a@b@c.se",
            "a@b c",
            "mailto:a@b.se",
            "<a@b.se>",
            "\u{200b}@b.se",
            "a@-",
            "a@b-.se",
        ] {
            assert!(!are_addresses(bad), "{bad}");
        }
    }
}
