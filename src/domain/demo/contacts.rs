//! Invented contacts. Each is made from the seed and its place alone, so a person can look up its
//! company without keeping it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use fastrand::Rng;

use super::words::{self, COUNTRIES, Country, JOB_TITLES, TRADES};
use crate::{
    domain::{contact, text},
    entity::{
        self,
        kinds::{ContactType, CorrespondenceType},
    },
};

/// For how long everything has been going on.
pub(super) const DAYS: u64 = 3 * 365;

/// What all contacts are made of.
#[derive(Copy, Clone)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) until: NaiveDate,
    /// The first contacts are companies, so many.
    pub(super) companies: u32,
    pub(super) first_key: i32,
}

/// What a person takes over from its company.
struct Company {
    name: String,
    country: &'static Country,
    city: usize,
    address: String,
    post_code: String,
    domain: String,
}

impl World {
    /// Chance for one thing about one contact.
    pub(super) fn chance(&self, index: u32, what: u64) -> Rng {
        // Numbers close to each other must not give chances close to each other.
        let mut rng = Rng::with_seed(self.seed ^ (u64::from(index) << 8 | what));
        let seed = rng.u64(..);
        Rng::with_seed(seed)
    }

    /// A day in the three years.
    pub(super) fn day(&self, rng: &mut Rng) -> NaiveDate {
        self.until - Days::new(rng.u64(..DAYS))
    }

    /// The contact at `index`.
    pub(super) fn contact(&self, index: u32, no: String) -> entity::contact::Model {
        let mut rng = self.chance(index, 1);
        let created_at = at(self.day(&mut rng), &mut rng);
        let id = self.first_key + index.cast_signed();
        let mut row = contact::blank(id, created_at);
        row.no = no;
        if index < self.companies {
            self.fill_company(index, &mut row, &mut rng);
        } else {
            self.fill_person(&mut row, &mut rng);
        }
        row.exclude_from_segment = rng.u32(..100) < 3;
        row.privacy_blocked = rng.u32(..100) < 2;
        contact::derive(&mut row);
        row
    }

    fn company(&self, index: u32) -> Company {
        let mut rng = self.chance(index, 0);
        let country = weighted(&mut rng, COUNTRIES, |it| it.share);
        let city = skewed(&mut rng, country.cities.len());
        let trade = pick(&mut rng, TRADES);
        let form = pick(&mut rng, country.company_forms);
        let stem = match rng.u32(..3) {
            0 => format!("{} {trade}", pick(&mut rng, country.surnames)),
            1 => format!("{} {trade}", country.cities[city].0),
            _ => {
                let (one, other) =
                    (pick(&mut rng, country.surnames), pick(&mut rng, country.surnames));
                format!("{one} & {other} {trade}")
            }
        };
        Company {
            domain: format!("{}{}.{}", ascii(&stem), index % 97, country.domain),
            name: format!("{stem} {form}"),
            address: address(country, &mut rng),
            post_code: format!("{}{}", country.cities[city].1, digits(country.post_code, &mut rng)),
            country,
            city,
        }
    }

    /// An address in the contact's country that is not its own.
    pub(super) fn elsewhere(
        &self,
        row: &entity::contact::Model,
        rng: &mut Rng,
        blank: entity::contact_address::Model,
    ) -> entity::contact_address::Model {
        let is_theirs = |it: &&Country| row.country.as_deref() == Some(it.code);
        let country = COUNTRIES.iter().find(is_theirs).unwrap_or(&COUNTRIES[0]);
        let (city, area, _) = country.cities[rng.usize(..country.cities.len())];
        entity::contact_address::Model {
            address: Some(address(country, rng)),
            post_code: Some(format!("{area}{}", digits(country.post_code, rng))),
            city: Some(city.to_owned()),
            ..blank
        }
    }

    fn fill_company(&self, index: u32, row: &mut entity::contact::Model, rng: &mut Rng) {
        let company = self.company(index);
        row.r#type = ContactType::Company;
        row.name = company.name.clone();
        row.email = Some(format!("info@{}", company.domain));
        row.home_page = Some(format!("https://www.{}", company.domain));
        row.phone = Some(phone(company.country, company.city, rng));
        row.vat_no = Some(format!("{}{}", company.country.code, digits("##########", rng)));
        row.salutation = Some("COMPANY".to_owned());
        settle(row, &company, rng);
    }

    fn fill_person(&self, row: &mut entity::contact::Model, rng: &mut Rng) {
        // Few companies have many people, many have few; some people have none.
        let share = rng.f64() * rng.f64();
        let index = (share * f64::from(self.companies)) as u32;
        let company = self.company(index);
        let is_employed = 0 < self.companies && rng.u32(..100) < 92;
        let first_name = pick(rng, company.country.first_names);
        let surname = pick(rng, company.country.surnames);
        row.name = format!("{first_name} {surname}");
        row.first_name = Some(first_name.to_owned());
        row.surname = Some(surname.to_owned());
        row.salutation = Some("PERSON".to_owned());
        let domain = if is_employed { &company.domain } else { company.country.domain };
        if rng.u32(..100) < 88 {
            row.email = Some(format!("{}.{}@{domain}", ascii(first_name), ascii(surname)));
        }
        if rng.u32(..100) < 70 {
            let country = company.country;
            row.mobile = Some(format!("{}{}", country.dialling, digits(country.mobile, rng)));
        }
        if is_employed {
            row.company_id = Some(self.first_key + index.cast_signed());
            row.company_name = Some(company.name.clone());
            row.job_title = Some(pick(rng, JOB_TITLES).to_owned());
            let level = skewed(rng, words::ORGANIZATIONAL_LEVELS.len());
            row.organizational_level = Some(words::ORGANIZATIONAL_LEVELS[level].0.to_owned());
        }
        row.minor = !is_employed && rng.u32(..100) < 2;
        settle(row, &company, rng);
        if !is_employed {
            row.address = Some(address(company.country, rng));
        }
    }
}

/// Where the contact is, and what follows from it.
fn settle(row: &mut entity::contact::Model, company: &Company, rng: &mut Rng) {
    let country = company.country;
    row.address = Some(company.address.clone());
    row.post_code = Some(company.post_code.clone());
    row.city = Some(country.cities[company.city].0.to_owned());
    row.country = Some(country.code.to_owned());
    row.language = Some(country.language.to_owned());
    row.currency = country.currency.map(str::to_owned);
    row.territory = Some(
        match country.code {
            "SE" | "NO" => "NORTH",
            "DE" => "CENTRAL",
            _ => "WEST",
        }
        .to_owned(),
    );
    row.salesperson = Some(words::SALESPEOPLE[skewed(rng, words::SALESPEOPLE.len())].0.to_owned());
    row.correspondence_type = match rng.u32(..10) {
        0..2 => None,
        2..4 => Some(CorrespondenceType::HardCopy),
        _ => Some(CorrespondenceType::Email),
    };
}

/// A moment of that day, in working hours.
pub(super) fn at(day: NaiveDate, rng: &mut Rng) -> DateTime<Utc> {
    let second = 7 * 3600 + rng.u32(..10 * 3600);
    let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 0);
    day.and_time(time.expect("it is before five in the afternoon")).and_utc()
}

pub(super) fn pick<'a>(rng: &mut Rng, from: &[&'a str]) -> &'a str {
    from[rng.usize(..from.len())]
}

/// A place in a list, the first ones more often.
pub(super) fn skewed(rng: &mut Rng, count: usize) -> usize {
    let share = rng.f64() * rng.f64();
    (share * count as f64) as usize
}

/// One of a list, each as often as its share says.
pub(super) fn weighted<'a, T>(rng: &mut Rng, from: &'a [T], share: fn(&T) -> u32) -> &'a T {
    let all: u32 = from.iter().map(share).sum();
    let mut left = rng.u32(..all);
    let mut rest = from.iter();
    loop {
        let item = rest.next().expect("the shares sum up to more than was drawn");
        match left.checked_sub(share(item)) {
            Some(less) => left = less,
            None => return item,
        }
    }
}

fn address(country: &Country, rng: &mut Rng) -> String {
    let street = pick(rng, country.streets);
    let number = 1 + rng.u32(..120);
    if country.number_first { format!("{number} {street}") } else { format!("{street} {number}") }
}

fn phone(country: &Country, city: usize, rng: &mut Rng) -> String {
    let rest = digits(country.phone, rng);
    format!("{}{}{rest}", country.dialling, country.cities[city].2)
}

/// Fills a pattern: `#` with digits, `@` with letters.
fn digits(pattern: &str, rng: &mut Rng) -> String {
    let fill = |char| match char {
        '#' => rng.digit(10),
        '@' => rng.char('A'..='Z'),
        other => other,
    };
    pattern.chars().map(fill).collect()
}

/// The letters of a name as they stand in an e-mail address.
fn ascii(name: &str) -> String {
    text::words(name).concat().replace(|char: char| !char.is_ascii(), "")
}
