//! Values of questionnaires, as Business Central writes them.

use super::value::{Result, blank_is_0, choice, number};
use crate::{
    domain::profile::{self, DECIMALS},
    entity::kinds::{ContactType, ProfileMeasure, ProfileMethod, ProfilePriority, ProfileSorting},
};

/// What a line of a questionnaire is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum ProfileLine {
    Question,
    Answer,
}

pub(super) fn line(text: &str) -> Result<Option<ProfileLine>> {
    use ProfileLine::{Answer, Question};
    choice(text, &[("Question", "0", Question), ("Answer", "1", Answer)])
}

/// For whom a questionnaire is; nothing for all.
pub(super) fn for_whom(text: &str) -> Result<Option<ContactType>> {
    use ContactType::{Company, Person};
    blank_is_0(
        text,
        &[
            ("Companies", "1", Company),
            ("People", "2", Person),
            ("Company", "1", Company),
            ("Person", "2", Person),
        ],
    )
}

/// Normal, if nothing is written.
pub(super) fn priority(text: &str) -> Result<ProfilePriority> {
    use ProfilePriority::{High, Low, Normal, VeryHigh, VeryLow};
    let choices = [
        ("Very Low", "0", VeryLow),
        ("Low", "1", Low),
        ("Normal", "2", Normal),
        ("High", "3", High),
        ("Very High", "4", VeryHigh),
        ("Very Low (Hidden)", "0", VeryLow),
    ];
    Ok(choice(text, &choices)?.unwrap_or(Normal))
}

pub(super) fn contact_measure(text: &str) -> Result<Option<ProfileMeasure>> {
    use ProfileMeasure as M;
    blank_is_0(
        text,
        &[
            ("Interaction Quantity", "1", M::InteractionQuantity),
            ("Interaction Frequency (No./Year)", "2", M::InteractionFrequency),
            ("Avg. Interaction Cost (LCY)", "3", M::AverageInteractionCost),
            ("Avg. Interaction Cost", "3", M::AverageInteractionCost),
            ("Avg. Interaction Duration (Min.)", "4", M::AverageInteractionDuration),
            ("Opportunity Won (%)", "5", M::OpportunitiesWonPercent),
            ("Rating", "6", M::Rating),
        ],
    )
}

pub(super) fn customer_measure(text: &str) -> Result<Option<ProfileMeasure>> {
    use ProfileMeasure as M;
    blank_is_0(
        text,
        &[
            ("Sales (LCY)", "1", M::Sales),
            ("Profit (LCY)", "2", M::Profit),
            ("Sales Frequency (Invoices/Year)", "3", M::SalesFrequency),
            ("Avg. Invoice Amount (LCY)", "4", M::AverageInvoice),
            ("Discount (%)", "5", M::SalesDiscountPercent),
            ("Avg. Overdue (Day)", "6", M::SalesOverdueDays),
            ("Avg. Overdue (Days)", "6", M::SalesOverdueDays),
        ],
    )
}

pub(super) fn vendor_measure(text: &str) -> Result<Option<ProfileMeasure>> {
    use ProfileMeasure as M;
    blank_is_0(
        text,
        &[
            ("Purchase (LCY)", "1", M::Purchases),
            ("Purchase Frequency (Invoices/Year)", "2", M::PurchaseFrequency),
            ("Avg. Ticket Size (LCY)", "3", M::AveragePurchase),
            ("Discount (%)", "4", M::PurchaseDiscountPercent),
            ("Avg. Overdue (Day)", "5", M::PurchaseOverdueDays),
            ("Avg. Overdue (Days)", "5", M::PurchaseOverdueDays),
        ],
    )
}

pub(super) fn method(text: &str) -> Result<Option<ProfileMethod>> {
    use ProfileMethod::{DefinedValue, PercentageOfContacts, PercentageOfValue};
    blank_is_0(
        text,
        &[
            ("Defined Value", "1", DefinedValue),
            ("Percentage of Value", "2", PercentageOfValue),
            ("Percentage of Contacts", "3", PercentageOfContacts),
        ],
    )
}

pub(super) fn sorting(text: &str) -> Result<Option<ProfileSorting>> {
    use ProfileSorting::{Ascending, Descending};
    blank_is_0(text, &[("Descending", "1", Descending), ("Ascending", "2", Ascending)])
}

/// A date formula, in the form in which it is stored.
pub(super) fn formula(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    match profile::formula(text) {
        Some(formula) => Ok(Some(formula.to_string())),
        None => Err(format!("{text:?} is no date formula like CY-1Y+1D.")),
    }
}

/// The end of a range; 0 is none.
pub(super) fn bound(text: &str) -> Result<Option<i64>> {
    Ok(number(text)?.filter(|it| *it != 0))
}

/// How many digits after the point. Beyond what is kept here, more make no difference.
pub(super) fn decimals(text: &str) -> Result<i32> {
    match text.parse() {
        _ if text.is_empty() => Ok(0),
        Ok(decimals) if (-25..=25).contains(&decimals) => {
            Ok(i32::clamp(decimals, *DECIMALS.start(), *DECIMALS.end()))
        }
        _ => Err(format!("{text:?} is no whole number from -25 to 25.")),
    }
}

/// A share of a hundred.
pub(super) fn percent(text: &str) -> Result<i64> {
    match number(text)?.unwrap_or(0) {
        percent if (0..=1_000_000).contains(&percent) => Ok(percent),
        _ => Err(format!("{text:?} is no percentage from 0 to 100.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_questionnaires_are_read_as_business_central_writes_them() {
        assert_eq!(priority("Very Low (Hidden)"), Ok(ProfilePriority::VeryLow));
        assert_eq!(priority(""), Ok(ProfilePriority::Normal));
        assert_eq!(for_whom("Companies"), Ok(Some(ContactType::Company)));
        assert_eq!(for_whom("0"), Ok(None));
        assert_eq!(
            customer_measure("Discount (%)"),
            Ok(Some(ProfileMeasure::SalesDiscountPercent))
        );
        assert_eq!(formula("<cy-1y>"), Ok(Some("CY-1Y".to_owned())));
        assert_eq!(bound("0.00"), Ok(None));
        for bad in [decimals("26").err(), decimals("x").err(), percent("101").err().clone()] {
            assert!(bad.is_some());
        }
    }
}
