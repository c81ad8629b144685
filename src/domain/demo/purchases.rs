//! What invented contacts bought, and what was bought from them.

use fastrand::Rng;

use super::contacts::{World, at, skewed};
use crate::entity::{
    contact, contact_code,
    kinds::{CodeKind, ContactType, PurchaseSide},
    purchase,
};

/// Something to buy.
struct Item {
    no: &'static str,
    /// What comes beside the ordinary.
    variant: &'static str,
    group: &'static str,
    /// In ten-thousandths.
    price: i64,
}

/// The first ones are bought most.
const ITEMS: &[Item] = &[
    item("PAPER-A4", "RECYCLED", "OFFICE", 45_000),
    item("COFFEE", "DECAF", "KITCHEN", 89_000),
    item("TONER", "COLOUR", "OFFICE", 790_000),
    item("LAMP", "BLACK", "FURNITURE", 1_290_000),
    item("CHAIR", "BLUE", "FURNITURE", 2_490_000),
    item("DESK", "OAK", "FURNITURE", 5_990_000),
    item("PHONE", "SILVER", "HARDWARE", 6_490_000),
    item("SCREEN", "CURVED", "HARDWARE", 3_290_000),
    item("LAPTOP", "16GB", "HARDWARE", 13_990_000),
    item("SOFA", "GREY", "FURNITURE", 9_990_000),
    item("SERVER", "RACK", "HARDWARE", 48_900_000),
];

const fn item(no: &'static str, variant: &'static str, group: &'static str, price: i64) -> Item {
    Item { no, variant, group, price }
}

/// Entries of a customer or vendor that no document names a person for, on average.
const OF_COMPANY_MEAN: f64 = 12.0;
/// Entries on whose documents somebody is who buys, on average.
const OF_PERSON_MEAN: f64 = 6.0;
/// The liveliest have so many.
const COUNT_MAX: f64 = 120.0;

impl World {
    /// The entries of a company, or those on whose documents a person is, without keys; `codes` are
    /// those of the contact at `index`.
    pub(super) fn purchases(
        &self,
        index: u32,
        row: &contact::Model,
        codes: &[contact_code::Model],
    ) -> Vec<purchase::Model> {
        let mut rng = self.chance(index, 6);
        if row.r#type == ContactType::Company {
            let sides = [PurchaseSide::Sale, PurchaseSide::Purchase];
            let linked = sides.into_iter().filter_map(|side| Some((side, link(codes, side)?)));
            let all = linked.flat_map(|(side, no)| {
                let count = count(OF_COMPANY_MEAN, &mut rng);
                (0..count).map(|_| self.purchase(row.id, side, &no, &mut rng)).collect::<Vec<_>>()
            });
            return all.collect();
        }
        let buys = rng.u32(..100) < 30;
        let Some(company_id) = row.company_id.filter(|_| buys) else { return Vec::new() };
        // What it is to us follows from its place.
        let place = (company_id - self.first_key).cast_unsigned();
        let company = self.contact(place, String::new());
        let Some(no) = link(&self.codes(place, &company), PurchaseSide::Sale) else {
            return Vec::new();
        };
        let count = count(OF_PERSON_MEAN, &mut rng);
        let entry = |_| purchase::Model {
            document_contact_id: Some(row.id),
            ..self.purchase(company_id, PurchaseSide::Sale, &no, &mut rng)
        };
        (0..count).map(entry).collect()
    }

    fn purchase(
        &self,
        contact_id: i32,
        side: PurchaseSide,
        source_no: &str,
        rng: &mut Rng,
    ) -> purchase::Model {
        let item: &Item = &ITEMS[skewed(rng, ITEMS.len())];
        let pieces = 1 + i64::try_from(skewed(rng, 24)).unwrap_or(0);
        // Some come back.
        let sign = if rng.u32(..100) < 3 { -1 } else { 1 };
        let is_return = sign < 0;
        let posting_date = self.day(rng);
        let document_type = match side {
            PurchaseSide::Sale if is_return => "Sales Credit Memo",
            PurchaseSide::Sale => "Sales Invoice",
            PurchaseSide::Purchase if is_return => "Purchase Credit Memo",
            PurchaseSide::Purchase => "Purchase Invoice",
        };
        purchase::Model {
            contact_id,
            id: 0,
            document_contact_id: None,
            side,
            source_no: Some(source_no.to_owned()),
            item: Some(item.no.to_owned()),
            variant: (rng.u32(..10) < 2).then(|| item.variant.to_owned()),
            posting_date,
            posting_group: Some(item.group.to_owned()),
            quantity: sign * pieces * 10_000,
            amount: sign * pieces * item.price,
            document_type: Some(document_type.to_owned()),
            document_no: Some(format!("{}", 103_000 + rng.u32(..800_000))),
            created_at: at(posting_date, rng),
        }
    }
}

fn count(mean: f64, rng: &mut Rng) -> u32 {
    (-mean * rng.f64().max(1e-9).ln()).min(COUNT_MAX) as u32
}

/// The number of the customer or the vendor, if the contact is one.
fn link(codes: &[contact_code::Model], side: PurchaseSide) -> Option<String> {
    let r#type = match side {
        PurchaseSide::Sale => "Customer",
        PurchaseSide::Purchase => "Vendor",
    };
    let of_side = |it: &&contact_code::Model| {
        it.kind == CodeKind::BusinessRelation && it.link_type.as_deref() == Some(r#type)
    };
    codes.iter().find(of_side)?.link_no.clone()
}
