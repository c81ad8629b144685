//! What the columns of a contact owe each other. Pure, so that one contact and a million imported
//! ones take the same road.

use chrono::{DateTime, Utc};

use super::validate::{NAME_CHARS_MAX, is_longer};
use crate::{
    domain::text,
    entity::{contact::Model, kinds::ContactType},
};

/// Parts the parts of a sort key. Comes before everything a text can hold, for control characters
/// are tidied away.
const SEPARATOR: char = '\u{1}';

/// Characters of a search name.
const SEARCH_NAME_CHARS_MAX: usize = 100;

/// A contact that says nothing yet: a person without a number and a name, at revision 1.
pub fn blank(id: i32, now: DateTime<Utc>) -> Model {
    Model {
        id,
        no: String::new(),
        r#type: ContactType::Person,
        company_id: None,
        name: String::new(),
        name_fold: String::new(),
        name2: None,
        name2_fold: None,
        first_name: None,
        first_name_fold: None,
        middle_name: None,
        middle_name_fold: None,
        surname: None,
        surname_fold: None,
        job_title: None,
        job_title_fold: None,
        address: None,
        address_fold: None,
        address2: None,
        address2_fold: None,
        city: None,
        city_fold: None,
        county: None,
        county_fold: None,
        email: None,
        email_fold: None,
        email2: None,
        email2_fold: None,
        home_page: None,
        home_page_fold: None,
        company_name: None,
        company_name_fold: None,
        search_name: None,
        initials: None,
        salutation: None,
        organizational_level: None,
        post_code: None,
        country: None,
        phone: None,
        mobile: None,
        fax: None,
        territory: None,
        currency: None,
        language: None,
        salesperson: None,
        vat_no: None,
        registration_no: None,
        external_id: None,
        correspondence_type: None,
        search_text: None,
        exclude_from_segment: false,
        privacy_blocked: false,
        minor: false,
        parental_consent: false,
        sort_key: String::new(),
        created_at: now,
        updated_at: now,
        revision: 1,
        erased_at: None,
        erasure_reason: None,
    }
}

/// Brings a contact into the form in which it is stored: texts tidied, codes in upper case, names
/// completed (CON-2), a company pointing at itself (CON-1), a minor without consent blocked
/// (CON-4), and every column filled that follows from others. Whether the values are acceptable is
/// for [`validate`](super::validate) to say, afterwards. Doing it again changes nothing.
///
/// The company's name of a person is taken as it is: the caller copied it from the company.
pub fn derive(row: &mut Model) {
    tidy(row);
    if row.r#type == ContactType::Company {
        row.company_id = Some(row.id);
        row.company_name = Some(row.name.clone()).filter(|name| !name.is_empty());
    } else {
        complete_names(row);
        if row.company_id.is_none() {
            row.company_name = None;
        }
    }
    if row.search_name.is_none() {
        row.search_name = text::code(&row.name);
        if let Some(name) = &mut row.search_name {
            *name = name.chars().take(SEARCH_NAME_CHARS_MAX).collect();
        }
    }
    if row.minor && !row.parental_consent {
        row.privacy_blocked = true;
    }
    fold(row);
    row.sort_key = sort_key(row);
    row.search_text = search_text(row);
}

fn tidy(row: &mut Model) {
    row.no = text::code(&row.no).unwrap_or_default();
    row.name = text::tidy(&row.name).unwrap_or_default();
    let texts = [
        &mut row.name2,
        &mut row.first_name,
        &mut row.middle_name,
        &mut row.surname,
        &mut row.initials,
        &mut row.job_title,
        &mut row.address,
        &mut row.address2,
        &mut row.city,
        &mut row.county,
        &mut row.phone,
        &mut row.mobile,
        &mut row.fax,
        &mut row.email,
        &mut row.email2,
        &mut row.home_page,
        &mut row.company_name,
        &mut row.vat_no,
        &mut row.registration_no,
        &mut row.external_id,
    ];
    for text in texts {
        if !text.as_deref().is_none_or(text::is_tidy) {
            *text = text.as_deref().and_then(text::tidy);
        }
    }
    let codes = [
        &mut row.search_name,
        &mut row.salutation,
        &mut row.organizational_level,
        &mut row.post_code,
        &mut row.country,
        &mut row.territory,
        &mut row.currency,
        &mut row.language,
        &mut row.salesperson,
    ];
    for code in codes {
        *code = code.as_deref().and_then(text::code);
    }
}

/// CON-2. A name without parts is split: the last word is the surname, with three or more the one
/// before is the middle name, the rest is the first name. Parts without a name make one. A name that
/// is too long is left as it is, for it will be refused.
fn complete_names(row: &mut Model) {
    let parts = [&row.first_name, &row.middle_name, &row.surname];
    let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
    if row.name.is_empty() {
        row.name = parts.join(" ");
    } else if parts.is_empty() && !is_longer(&row.name, NAME_CHARS_MAX) {
        let mut words: Vec<&str> = row.name.split_whitespace().collect();
        let surname = words.pop().map(str::to_owned);
        let middle_name = if 1 < words.len() { words.pop().map(str::to_owned) } else { None };
        row.first_name = Some(words.join(" ")).filter(|name| !name.is_empty());
        row.middle_name = middle_name;
        row.surname = surname;
    }
}

fn fold(row: &mut Model) {
    row.name_fold = text::fold(&row.name);
    for (text, folded) in [
        (&row.name2, &mut row.name2_fold),
        (&row.first_name, &mut row.first_name_fold),
        (&row.middle_name, &mut row.middle_name_fold),
        (&row.surname, &mut row.surname_fold),
        (&row.job_title, &mut row.job_title_fold),
        (&row.address, &mut row.address_fold),
        (&row.address2, &mut row.address2_fold),
        (&row.city, &mut row.city_fold),
        (&row.county, &mut row.county_fold),
        (&row.email, &mut row.email_fold),
        (&row.email2, &mut row.email2_fold),
        (&row.home_page, &mut row.home_page_fold),
        (&row.company_name, &mut row.company_name_fold),
    ] {
        *folded = text.as_deref().map(text::fold);
    }
}

/// Company name, company, companies before people, name (ADD-6), as one text that sorts right by
/// code point. As in Business Central, people without a company come first.
fn sort_key(row: &Model) -> String {
    let company_name = row.company_name_fold.as_deref().unwrap_or_default();
    let company_id = row.company_id.unwrap_or(0);
    let person = u8::from(row.r#type == ContactType::Person);
    format!("{company_name}{SEPARATOR}{company_id:08x}{person}{}", row.name_fold)
}

/// The words a contact is found by, each once: those of its names, city and number, the parts of
/// its e-mail addresses, and its telephone numbers; in plain letters. Of `+46 8-123 45` these are
/// `46812345`, `812345`, `12345` and `45`: as any prefix finds, so do `+46 8`, `4681` and `8 123`.
fn search_text(row: &Model) -> Option<String> {
    let no = text::fold(&row.no);
    let mut numbers = Vec::new();
    for phone in [&row.phone, &row.mobile].into_iter().flatten() {
        let groups = text::words(phone);
        numbers.extend((0..groups.len()).map(|first| groups[first..].concat()));
    }
    let optional = [
        &row.name2_fold,
        &row.company_name_fold,
        &row.city_fold,
        &row.email_fold,
        &row.email2_fold,
    ];
    let folded = [&no, &row.name_fold].into_iter().chain(optional.into_iter().flatten());
    let plain: Vec<_> = folded.map(|text| text::plain(text)).collect();
    let mut words: Vec<&str> = plain.iter().flat_map(|text| text::plain_words(text)).collect();
    words.extend(numbers.iter().map(String::as_str));
    words.sort_unstable();
    words.dedup();
    Some(words.join(" ")).filter(|words| !words.is_empty())
}

/// The words to look for if somebody searches for `text`: each must be the beginning of a word of
/// the contact. At most `SEARCH_WORDS_MAX` of them, the rest is left aside.
pub fn search_words(text: &str) -> Vec<String> {
    let mut words = text::words(text);
    words.truncate(SEARCH_WORDS_MAX);
    for word in &mut words {
        *word = word.chars().take(SEARCH_WORD_CHARS_MAX).collect();
    }
    words
}

/// Words of a search that count.
const SEARCH_WORDS_MAX: usize = 16;
/// Characters of a word of a search that count: more than any word of a contact has.
const SEARCH_WORD_CHARS_MAX: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str) -> Model {
        let now = "2026-11-02T09:00:00Z".parse().expect("a time");
        Model { no: "ct1".to_owned(), name: name.to_owned(), ..blank(1, now) }
    }

    fn derived(mut row: Model) -> Model {
        derive(&mut row);
        let once = row.clone();
        derive(&mut row);
        assert_eq!(once, row, "doing it again changes nothing");
        row
    }

    #[test]
    fn a_name_is_split_and_put_together() {
        for (name, first, middle, surname) in [
            ("Cher", None, None, Some("Cher")),
            ("Ada Lovelace", Some("Ada"), None, Some("Lovelace")),
            (" Anna  Lena Maria Berg ", Some("Anna Lena"), Some("Maria"), Some("Berg")),
        ] {
            let row = derived(person(name));
            let parts = [&row.first_name, &row.middle_name, &row.surname];
            assert_eq!(parts.map(|part| part.as_deref()), [first, middle, surname], "{name}");
        }
        let row = derived(Model {
            first_name: Some("Bo".to_owned()),
            surname: Some("Ek".to_owned()),
            ..person("")
        });
        assert_eq!((row.name.as_str(), row.search_name.as_deref()), ("Bo Ek", Some("BO EK")));
    }

    #[test]
    fn sort_keys_sort_like_company_name_then_company_then_type_then_name() {
        let row = |id, company: Option<(i32, &str)>, name: &str| {
            let mut row = person(name);
            row.id = id;
            match company {
                Some((company_id, _)) if company_id == id => row.r#type = ContactType::Company,
                Some((company_id, company_name)) => {
                    row.company_id = Some(company_id);
                    row.company_name = Some(company_name.to_owned());
                }
                None => {}
            }
            derived(row).sort_key
        };
        let sorted = [
            row(9, None, "Zoe"),
            row(2, Some((2, "Ab")), "Ab"),
            row(4, Some((2, "Ab")), "Aa"),
            row(3, Some((3, "AB")), "AB"),
            row(5, Some((3, "AB")), "Aa"),
            row(1, Some((1, "Ab C")), "Ab C"),
            row(16, Some((16, "Ångström")), "Ångström"),
        ];
        assert!(sorted.is_sorted(), "{sorted:#?}");
    }

    #[test]
    fn a_contact_is_found_by_words_and_by_pieces_of_its_phone_number() {
        let row = derived(Model {
            phone: Some("+46 8-123 45".to_owned()),
            email: Some("ada.l@x-y.se".to_owned()),
            ..person("Ada Ödla")
        });
        let text = row.search_text.expect("words");
        assert_eq!(text, "12345 45 46812345 812345 ada ct1 l odla se x y");
        for search in ["+46 8", "468123", "8123", "123 45", "ADA.L@x-y", "öd", "od"] {
            let found = search_words(search)
                .iter()
                .all(|prefix| text.split(' ').any(|word| word.starts_with(prefix)));
            assert!(found, "{search}");
        }
    }
}
