//! Recording a document that went out.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};

use super::Interaction;
use crate::{
    domain::{
        self,
        id::Kind,
        interaction::{Document, Recipient},
    },
    entity::interaction,
    graphql::{
        error::{Result, UserError, outcome},
        kinds::DocumentType,
        scalar::Date,
    },
};

/// Whom a document is for.
#[derive(OneofObject)]
pub(in crate::graphql) enum DocumentRecipient {
    /// A contact.
    ContactId(ID),
    /// Whoever is this customer or vendor.
    Link(DocumentLink),
}

/// What a contact is elsewhere, by the details of its business relation.
#[derive(InputObject)]
pub(in crate::graphql) struct DocumentLink {
    /// What it is there, as the business relation has it: `Customer`.
    r#type: String,
    /// The number there.
    no: String,
}

/// A document that went out.
#[derive(InputObject)]
pub(in crate::graphql) struct InteractionLogDocumentInput {
    /// Whom it is for.
    to: DocumentRecipient,
    /// What it is.
    document_type: DocumentType,
    /// Its number; at most 250 characters.
    document_no: String,
    /// The day; today unless given.
    date: Option<Date>,
    /// What it is about; at most 250 characters. Needed if the template has none.
    description: Option<String>,
}

/// What came of recording a document.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InteractionLogDocumentPayload {
    /// The interaction; null if there is nothing to record: the setup has no template for this type of
    /// document, or nobody has the link. Null if there are user errors, too.
    interaction: Option<Interaction>,
    /// What the caller has to put right; empty if it was done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(in crate::graphql) struct DocumentMutation;

#[Object]
impl DocumentMutation {
    /// Records a document that another program has sent to a contact: an interaction of the template that
    /// the setup has for its type, of which nothing is to be delivered. Without a template nothing is
    /// recorded, so that the setup decides which documents are.
    async fn interaction_log_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A document that went out.")] input: InteractionLogDocumentInput,
    ) -> Result<InteractionLogDocumentPayload> {
        let (recorded, user_errors) = outcome(log(ctx.data()?, input).await)?;
        let interaction = recorded.flatten().map(Interaction);
        Ok(InteractionLogDocumentPayload { interaction, user_errors })
    }
}

async fn log(
    context: &domain::Context,
    input: InteractionLogDocumentInput,
) -> domain::Result<Option<interaction::Model>> {
    let recipient = match input.to {
        DocumentRecipient::ContactId(id) => {
            Recipient::Contact(Kind::Contact.key(&id, &["to", "contactId"])?)
        }
        DocumentRecipient::Link(link) => {
            Recipient::Link { link_type: link.r#type, link_no: link.no }
        }
    };
    let document = Document {
        recipient,
        document_type: input.document_type.into(),
        document_no: input.document_no,
        date: input.date.map(|it| it.0),
        description: input.description,
    };
    domain::interaction::log_document(context, &document).await
}
