//! Creating and changing many contacts at once.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};

use crate::{
    domain::{self, import},
    graphql::error::{Result, UserError, outcome},
};

/// Contacts to create or to change, as a table.
#[derive(InputObject)]
pub(in crate::graphql) struct ContactsImportInput {
    /// What the columns hold, by the names of fields (`no`, `externalId`, `type`, `name`,
    /// `companyNo`, `city` …), lists of codes (`mailingGroups` …, codes parted by `;`) and custom
    /// attributes (`attribute.NAME`). Business Central's captions will do, too.
    columns: Vec<String>,
    /// The rows, at most 1,000, each with a value for each column; null is the same as empty, and
    /// clears. Rows without any value are passed over.
    rows: Vec<Vec<Option<String>>>,
    /// What to do if a row is bad.
    #[graphql(default_with = "Some(ImportOnError::default())")]
    on_error: Option<ImportOnError>,
    /// Whether codes that are not in their table yet are added to it. Otherwise their rows are bad.
    #[graphql(default_with = "Some(true)")]
    create_codes: Option<bool>,
}

/// What to do if a row of an import is bad.
#[derive(Copy, Clone, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "import::OnError")]
pub(in crate::graphql) enum ImportOnError {
    /// Import nothing.
    #[default]
    Abort,
    /// Leave it out, and import the others.
    Skip,
}

/// What came of an import.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ContactsImportPayload {
    /// How many contacts were created; null if no row could be read.
    created: Option<u64>,
    /// How many were changed; null if no row could be read.
    updated: Option<u64>,
    /// How many rows say what is there already; null if no row could be read.
    unchanged: Option<u64>,
    /// How many rows are bad; null if no row could be read.
    rejected: Option<u64>,
    /// What the caller has to put right, with the path of row and column; empty if all rows were
    /// taken as they are. Unlike elsewhere, with `onError: SKIP` the other rows are imported. A
    /// person whose company is not there is imported, too, without a company.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct ContactImportMutation;

#[Object]
impl ContactImportMutation {
    /// Creates contacts, and changes those that are there already, by number or external id. Columns
    /// that are not given stay as they are. Whole files go to `POST /import`.
    async fn contacts_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, and what to do with them.")] input: ContactsImportInput,
    ) -> Result<ContactsImportPayload> {
        let context = ctx.data::<domain::Context>()?;
        let ContactsImportInput { columns, rows, on_error, create_codes } = input;
        let on_error = on_error.unwrap_or_default().into();
        let create_codes = create_codes.unwrap_or(true);
        let batch = import::Batch { columns, rows, on_error, create_codes };
        let (done, mut user_errors) = outcome(import::contacts(context, &batch).await)?;
        let (summary, rejections) = done.unzip();
        let rejections = rejections.filter(|it| !it.is_empty());
        if let Some(rejections) = rejections {
            let rejected: domain::Result<()> = Err(domain::Error::Rejected(rejections));
            user_errors = outcome(rejected)?.1;
        }
        Ok(ContactsImportPayload {
            created: summary.as_ref().map(|it| it.created),
            updated: summary.as_ref().map(|it| it.updated),
            unchanged: summary.as_ref().map(|it| it.unchanged),
            rejected: summary.as_ref().map(|it| it.rejected),
            user_errors,
        })
    }
}
