//! One row, as the purchase it says.

use super::{Known, Purchases, fields::Field};
use crate::{
    domain::{
        check::ENTRY_MAX,
        import::{
            Problem, Row,
            check::{self, Check},
            value,
        },
    },
    entity::{kinds::PurchaseSide, purchase},
};

impl Purchases {
    /// The purchase that a row says, or what is wrong with it.
    pub(super) fn purchase(
        &self,
        row: &Row,
        known: &Known,
    ) -> Result<purchase::Model, Vec<Problem>> {
        let mut check = Check::new(row.line);
        let caption = |field| move || self.columns.caption(field);
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        let mut code = |field| check.keep(caption(field), check::code(text(field)));
        let (item, variant) = (code(Field::Item), code(Field::Variant));
        let (posting_group, source_no) = (code(Field::PostingGroup), code(Field::SourceNo));
        let mut number = |field| {
            let number = value::number(text(field)).and_then(within_bounds);
            check.keep(caption(field), number).unwrap_or(0)
        };
        let (quantity, stock) = (number(Field::Quantity), number(Field::StockQuantity));
        let amounts = [Field::Amount, Field::SalesAmount, Field::PurchaseAmount].map(number);
        let words = [Field::DocumentType, Field::DocumentNo];
        let words = words.map(|field| check.keep(caption(field), value::words(text(field))));
        let [document_type, document_no] = words;
        let date = check.keep(caption(Field::PostingDate), value::date(text(Field::PostingDate)));
        let side = check.keep(caption(Field::Side), value::purchase_side(text(Field::Side)));
        let document_contact_id =
            check.keep(caption(Field::ContactNo), known.person(text(Field::ContactNo)));
        let company = match (text(Field::CompanyNo), side) {
            ("", Some(side)) => check.keep(
                caption(Field::SourceNo),
                known.source(side, text(Field::SourceNo)).map(Some),
            ),
            ("", None) => None,
            (no, _) => check.keep(caption(Field::CompanyNo), known.company(no).map(Some)),
        };
        for (field, is_there, what) in [
            (Field::PostingDate, date.is_some(), "a posting date"),
            (Field::Side, side.is_some(), "a side: Customer or Vendor"),
        ] {
            if !is_there && text(field).is_empty() {
                check.add(self.columns.caption(field), format!("There has to be {what}."));
            }
        }
        let (Some(contact_id), Some(side), Some(posting_date), true) =
            (company, side, date, check.is_fine())
        else {
            return Err(check.failed().unwrap_or_default());
        };
        let [amount, sold, bought] = amounts;
        let (of_side, into_stock) = match side {
            PurchaseSide::Sale => (sold, -stock),
            PurchaseSide::Purchase => (bought, stock),
        };
        Ok(purchase::Model {
            contact_id,
            id: 0,
            document_contact_id,
            side,
            source_no,
            item,
            variant,
            posting_date,
            posting_group,
            quantity: if quantity == 0 { into_stock } else { quantity },
            amount: if amount == 0 { of_side } else { amount },
            document_type,
            document_no,
            created_at: self.now,
        })
    }
}

fn within_bounds(number: Option<i64>) -> Result<Option<i64>, String> {
    match number {
        Some(number) if ENTRY_MAX.cast_unsigned() < number.unsigned_abs() => {
            Err("It lies between -100,000,000 and 100,000,000.".to_owned())
        }
        number => Ok(number),
    }
}

/// What a row can say of a purchase, in one text.
pub(super) fn content(it: &purchase::Model) -> String {
    format!(
        "{:?}",
        (
            (it.contact_id, it.document_contact_id, it.side, &it.source_no, &it.item, &it.variant),
            (it.posting_date, &it.posting_group, it.quantity, it.amount),
            (&it.document_type, &it.document_no),
        )
    )
}
