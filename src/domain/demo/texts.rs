//! What some templates say, in the languages of most contacts.

use crate::{
    domain::{
        Context, Result,
        attachment::{self, NewAttachment},
        message::MessageChange,
        template::{self, LanguageChange},
    },
    entity::kinds::BodyFormat::{self, Html, Text},
};

/// A template, a language, and what it says: subject and body.
type Said = (&'static str, Option<&'static str>, BodyFormat, &'static str, &'static str);

const SAID: [Said; 7] = [
    (
        "NEWSLETTER",
        None,
        Html,
        "News for {{ contact.name }}",
        "<p>Hello {{ contact.firstName|default(\"there\") }},</p>\n\
         <p>here is what is new since we met{% if contact.city %} in {{ contact.city }}{% endif %}. \
         Our prices are attached.</p>\n\
         <p>{{ salesperson.name }}, {{ salesperson.email }}</p>",
    ),
    (
        "NEWSLETTER",
        Some("SVE"),
        Html,
        "Nyheter för {{ contact.name }}",
        "<p>Hej {{ contact.firstName|default(\"på er\") }}!</p>\n\
         <p>Det här är nytt sedan vi sågs{% if contact.city %} i {{ contact.city }}{% endif %}. \
         Våra priser bifogas.</p>\n\
         <p>{{ salesperson.name }}, {{ salesperson.email }}</p>",
    ),
    (
        "NEWSLETTER",
        Some("DEU"),
        Html,
        "Neues für {{ contact.name }}",
        "<p>Guten Tag{% if contact.surname %} {{ contact.firstName }} {{ contact.surname }}\
         {% endif %}!</p>\n\
         <p>Das gibt es Neues, seit wir uns{% if contact.city %} in {{ contact.city }}{% endif %} \
         gesehen haben. Unsere Preise liegen bei.</p>\n\
         <p>{{ salesperson.name }}, {{ salesperson.email }}</p>",
    ),
    (
        "XMAS",
        None,
        Text,
        "Merry Christmas",
        "Dear {{ contact.firstName|default(contact.name) }},\n\n\
         Merry Christmas and a happy new year!\n\n{{ salesperson.name }}",
    ),
    (
        "XMAS",
        Some("SVE"),
        Text,
        "God jul",
        "Kära {{ contact.firstName|default(contact.name) }}!\n\n\
         God jul och gott nytt år!\n\n{{ salesperson.name }}",
    ),
    (
        "XMAS",
        Some("DEU"),
        Text,
        "Frohe Weihnachten",
        "Liebe Grüße an {{ contact.name }}!\n\n\
         Frohe Weihnachten und ein gutes neues Jahr!\n\n{{ salesperson.name }}",
    ),
    (
        "INVITE",
        Some("ENG"),
        Text,
        "You are invited",
        "Dear {{ contact.name }},\n\n\
         come and see us on {{ line.date|date(\"%-d %B %Y\") }}\
         {% if company %}, with everybody at {{ company.name }}{% endif %}.\n\n\
         {{ salesperson.name }}",
    ),
];

const PRICES: &str = "Item,Price\nLamp,49.50\nTable,320.00\nChair,89.90\n";

/// Writes them, the way a user would.
pub(super) async fn write(context: &Context) -> Result<()> {
    let prices = NewAttachment {
        name: "prices.csv".to_owned(),
        content_type: "text/csv".to_owned(),
        content: PRICES.as_bytes().to_vec(),
    };
    let prices = attachment::store(context, prices).await?;
    for (template, language, format, subject, body) in SAID {
        let attachments = (template == "NEWSLETTER").then(|| Some(vec![prices.id]));
        let message = MessageChange {
            subject: Some(Some(subject.to_owned())),
            body: Some(Some(body.to_owned())),
            body_format: Some(format),
            attachments,
        };
        let change = LanguageChange { description: None, message };
        template::set_language(context, template, language, change).await?;
    }
    Ok(())
}
