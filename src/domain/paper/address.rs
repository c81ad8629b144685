//! The lines of an address, in the order of its country.

use crate::entity::contact::Model;

/// Where the post code stands.
enum Order {
    /// `602 24 Norrköping`, as in most of the world.
    CodeFirst,
    /// `Springfield, IL 62701`
    CityCountyCode,
    /// Each on a line of its own.
    CodeLast,
}

fn order(country: Option<&str>) -> Order {
    match country {
        Some("US" | "CA" | "AU") => Order::CityCountyCode,
        Some("GB" | "IE" | "NZ" | "IN" | "ZA") => Order::CodeLast,
        _ => Order::CodeFirst,
    }
}

/// Who, and where: the company before the person, then the address that holds. The country by `named`,
/// in capitals, if it has to be said.
pub(super) fn lines(row: &Model, named: Option<&str>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut add = |line: Option<&str>| lines.extend(line.map(str::to_owned));
    add(row.company_name.as_deref().filter(|it| *it != row.name));
    add(Some(&row.name));
    add(row.name2.as_deref());
    let [street, more, code, city, county] =
        [&row.address, &row.address2, &row.post_code, &row.city, &row.county]
            .map(|it| it.as_deref());
    add(street);
    add(more);
    let joined = |parts: &[Option<&str>], with: &str| {
        let parts: Vec<&str> = parts.iter().copied().flatten().collect();
        Some(parts.join(with)).filter(|it| !it.is_empty())
    };
    match order(row.country.as_deref()) {
        Order::CodeFirst => {
            add(joined(&[code, city], " ").as_deref());
            add(county);
        }
        Order::CityCountyCode => {
            let region = joined(&[county, code], " ");
            add(joined(&[city, region.as_deref()], ", ").as_deref());
        }
        Order::CodeLast => {
            add(city);
            add(county);
            add(code);
        }
    }
    add(named.map(str::to_uppercase).as_deref());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::contact::{address, blank},
        entity::contact_address,
    };

    #[test]
    fn lines_stand_in_the_order_of_the_country() {
        let now = "2026-11-02T09:00:00Z".parse().expect("a time");
        let text = |text: &str| Some(text.to_owned());
        let row = Model {
            name: "Åsa Ek".to_owned(),
            company_name: text("Ek AB"),
            address: text("Gatan 1"),
            post_code: text("123 45"),
            city: text("Åmål"),
            county: text("X"),
            ..blank(1, now)
        };
        for (country, expected) in [
            (Some("SE"), "Ek AB|Åsa Ek|Gatan 1|123 45 Åmål|X"),
            (Some("US"), "Ek AB|Åsa Ek|Gatan 1|Åmål, X 123 45"),
            (Some("GB"), "Ek AB|Åsa Ek|Gatan 1|Åmål|X|123 45"),
            (None, "Ek AB|Åsa Ek|Gatan 1|123 45 Åmål|X"),
        ] {
            let row = Model { country: country.map(str::to_owned), ..row.clone() };
            assert_eq!(lines(&row, None).join("|"), expected, "{country:?}");
        }
        let elsewhere = contact_address::Model {
            company_name: text("Mässan"),
            city: text("Malmö"),
            ..address::blank(1, "FAIR".to_owned())
        };
        let lines = lines(&address::at(&row, elsewhere), Some("Sverige"));
        assert_eq!(lines.join("|"), "Mässan|Åsa Ek|Malmö|SVERIGE");
    }
}
