//! One row, as the purchase it says.

use super::{Known, Purchases, fields::Field};
use crate::{
    domain::{
        check::ENTRY_MAX,
        contact::link::link_type_of,
        contact_columns::plain,
        import::{
            Problem, Row,
            check::{self, Check},
            value,
        },
    },
    entity::{kinds::PurchaseSide, purchase},
};

impl Purchases {
    /// Whether a row is about no customer or vendor, as entries of production are, and corrections.
    pub(super) fn is_of_nobody(&self, row: &Row) -> bool {
        let text = |field| self.columns.get(row, field).unwrap_or_default();
        match plain(text(Field::Side)).as_str() {
            "item" | "3" => true,
            "" | "0" => text(Field::SourceNo).is_empty() && text(Field::CompanyNo).is_empty(),
            _ => false,
        }
    }

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
        let is_invoiced = self.columns.has(Field::InvoicedQuantity);
        let stock = if is_invoiced { Field::InvoicedQuantity } else { Field::ValuedQuantity };
        let (quantity, stock) = (number(Field::Quantity), number(stock));
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
        if let (Some(company), Some(side)) = (company, side)
            && known.is_another(company, side, text(Field::SourceNo))
        {
            let reason = format!(
                "The company is not the {} {no:?}.",
                link_type_of(side),
                no = text(Field::SourceNo)
            );
            check.add(self.columns.caption(Field::SourceNo), reason);
        }
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
