//! The columns of a file of purchases.

#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    CompanyNo,
    Side,
    SourceNo,
    ContactNo,
    Item,
    Variant,
    PostingDate,
    PostingGroup,
    Quantity,
    /// As Business Central counts: what leaves the stock is negative.
    InvoicedQuantity,
    /// The same, if it is not said how much was invoiced.
    ValuedQuantity,
    Amount,
    SalesAmount,
    PurchaseAmount,
    DocumentType,
    DocumentNo,
}

pub(super) const FIELDS: &[(Field, &[&str])] = &[
    (Field::CompanyNo, &["companyno", "company", "contactcompanyno"]),
    (Field::Side, &["side", "sourcetype"]),
    (Field::SourceNo, &["sourceno"]),
    (Field::ContactNo, &["contactno", "contact", "selltocontactno", "buyfromcontactno"]),
    (Field::Item, &["item", "itemno"]),
    (Field::Variant, &["variant", "variantcode"]),
    (Field::PostingDate, &["postingdate"]),
    (Field::PostingGroup, &["postinggroup", "inventorypostinggroup"]),
    (Field::Quantity, &["quantity"]),
    (Field::InvoicedQuantity, &["invoicedquantity"]),
    (Field::ValuedQuantity, &["valuedquantity"]),
    (Field::Amount, &["amount"]),
    (Field::SalesAmount, &["salesamountactual", "salesamount"]),
    (Field::PurchaseAmount, &["purchaseamountactual", "purchaseamount"]),
    (Field::DocumentType, &["documenttype"]),
    (Field::DocumentNo, &["documentno"]),
];

pub(super) const IGNORED: &[&str] =
    &["Entry No.", "Item Ledger Entry No.", "Item Ledger Entry Type", "Description"];
