//! Lists contacts, previews criteria, selects, watches a segment, and shows a mistake.

mod api;

use std::{collections::HashSet, env, error::Error, process::ExitCode, time::Duration};

use cynic::{GraphQlResponse, Id, MutationBuilder, Operation, QueryBuilder, SubscriptionBuilder};
use futures_util::StreamExt;
use graphql_ws_client::Client;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, http::Uri};

use api::*;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Urval {
    url: String,
    /// What goes into the header `Authorization`. Only a server that asks who you are needs it.
    authorization: Option<String>,
}

fn main() -> ExitCode {
    let url = env::var("URVAL_URL").unwrap_or_else(|_| "http://127.0.0.1:8080/graphql".into());
    let authorization = env::var("URVAL_TOKEN").ok().map(|token| format!("Bearer {token}"));
    let urval = Urval { url, authorization };
    match all(&urval) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("{}: {err}", urval.url);
            ExitCode::FAILURE
        }
    }
}

fn all(urval: &Urval) -> Result<()> {
    list(urval)?;
    let count = criteria(urval)?;
    let segment = selection(urval, count)?;
    subscription(urval, &segment, count)?;
    error(urval, &segment)
}

/// People in Norway or Sweden, or with the newsletter, who had no interaction for a while.
fn quiet_for(duration: &str) -> ContactCriteria {
    use ContactCriteria::*;
    let codes = |codes: &[&str]| codes.iter().map(|&code| code.to_owned()).collect();
    let within = DateTest::InLast(api::Duration(duration.to_owned()));
    All(vec![
        Type(ContactTypeTest::Eq(ContactType::Person)),
        Any(vec![
            Country(CodeTest::In(codes(&["NO", "SE"]))),
            MailingGroups(CodeSetTest::HasAny(codes(&["NEWS"]))),
        ]),
        Not(Box::new(Interactions(InteractionTest { within: Some(within) }))),
    ])
}

fn list(urval: &Urval) -> Result<()> {
    println!("List");
    let page = |after| -> Result<ContactConnection> {
        Ok(urval.ask(Contacts::build(ContactsVariables { first: 3, after }))?.contacts)
    };
    let first = page(None)?;
    assert!(first.page_info.has_next_page);
    let next = page(first.page_info.end_cursor)?;
    let contacts: Vec<_> = first.nodes.into_iter().chain(next.nodes).collect();
    for contact in &contacts {
        println!("  {}  {}", contact.no, contact.name.as_deref().unwrap_or("(hidden)"));
    }
    println!("  … of {}", next.total_count);
    let ids: HashSet<_> = contacts.iter().map(|contact| contact.id.inner()).collect();
    assert_eq!(ids.len(), 6);
    Ok(())
}

fn criteria(urval: &Urval) -> Result<i32> {
    println!("Criteria");
    let preview = Preview::build(PreviewVariables { criteria: quiet_for("P30D") });
    let preview = urval.ask(preview)?.criteria_preview;
    nothing_wrong(&preview.user_errors);
    println!("  {}", preview.text.ok_or("a text")?);
    let funnel = preview.funnel.ok_or("a funnel")?;
    for step in &funnel {
        println!("  {:5}  {}", step.matches, step.text);
    }
    let count = preview.selected.ok_or("a selection")?.count;
    println!("  {count:5}  would be selected");
    assert_eq!(funnel.len(), 3);
    assert!(0 < count);
    Ok(count)
}

fn selection(urval: &Urval, expected: i32) -> Result<Id> {
    println!("Selection");
    let description = "Quiet readers".to_owned();
    let created = CreateSegment::build(CreateSegmentVariables { description });
    let created = urval.ask(created)?.segment_create;
    nothing_wrong(&created.user_errors);
    let segment = created.segment.ok_or("a segment")?;

    let effect = add_contacts(urval, &segment.id)?;
    println!("  {}: {} came in, {} are there", segment.no, effect.added, effect.after);
    assert_eq!((effect.added, effect.after), (expected, expected));

    let back = GoBack::build(SegmentVariables { id: segment.id.clone() });
    let back = urval.ask(back)?.segment_go_back;
    nothing_wrong(&back.user_errors);
    let effect = back.effect.ok_or("an effect")?;
    println!("  a step back: {} went out, {} are there", effect.removed, effect.after);
    assert_eq!(effect.after, 0);
    Ok(segment.id)
}

fn add_contacts(urval: &Urval, segment: &Id) -> Result<SelectionEffect> {
    let input =
        SegmentAddContactsInput { segment_id: segment.clone(), criteria: quiet_for("P30D") };
    let added = AddContacts::build(AddContactsVariables { input });
    let added = urval.ask(added)?.segment_add_contacts;
    nothing_wrong(&added.user_errors);
    Ok(added.effect.ok_or("an effect")?)
}

fn subscription(urval: &Urval, segment: &Id, expected: i32) -> Result<()> {
    println!("Subscription");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let change = runtime.block_on(async {
        let url: Uri = urval.url.replacen("http", "ws", 1).parse()?;
        let mut request = ClientRequestBuilder::new(url).with_sub_protocol("graphql-transport-ws");
        if let Some(authorization) = &urval.authorization {
            request = request.with_header("Authorization", authorization);
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let changes = SegmentChanged::build(SegmentVariables { id: segment.clone() });
        let (client, connection) = Client::build(socket).await?;
        tokio::spawn(connection.into_future());
        let mut changes = client.subscribe(changes).await?;
        // The server does not say when it has begun to watch.
        sleep(Duration::from_secs(1)).await;
        add_contacts(urval, segment)?;
        let change = timeout(Duration::from_secs(10), changes.next()).await?;
        answer(change.ok_or("a change")??)
    })?;
    let segment = change.segment_changed.segment.ok_or("a segment")?;
    println!("  told that {} has {} contacts now", segment.no, segment.contacts_count);
    assert_eq!(segment.contacts_count, expected);
    Ok(())
}

fn error(urval: &Urval, segment: &Id) -> Result<()> {
    println!("Error");
    let input =
        SegmentAddContactsInput { segment_id: segment.clone(), criteria: quiet_for("30 days") };
    let wrong = AddContacts::build(AddContactsVariables { input });
    let sent = serde_json::to_value(&wrong.variables)?;
    let mistakes = urval.ask(wrong)?.segment_add_contacts.user_errors;
    let [UserError { code, message, path }] = &mistakes[..] else {
        return Err(format!("one mistake, not {mistakes:?}").into());
    };
    // The path is a JSON pointer into what was sent.
    let value = sent.pointer(&format!("/{}", path.join("/"))).ok_or("a value")?;
    println!("  {}", path.join("."));
    println!("  {}: {value}  ← {code:?}: {message}", path[path.len() - 1]);
    assert_eq!(*code, UserErrorCode::Invalid);
    assert_eq!(*value, Value::from("30 days"));
    Ok(())
}

impl Urval {
    /// The answer to a query or a mutation.
    fn ask<T: DeserializeOwned, V: Serialize>(&self, operation: Operation<T, V>) -> Result<T> {
        // Errors say more than the status that they come with.
        let mut request = ureq::post(&self.url).config().http_status_as_error(false).build();
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        answer(request.send_json(operation)?.body_mut().read_json()?)
    }
}

fn answer<T>(response: GraphQlResponse<T>) -> Result<T> {
    if let Some([error, ..]) = response.errors.as_deref() {
        return Err(error.to_string().into());
    }
    Ok(response.data.ok_or("an answer has data or errors")?)
}

fn nothing_wrong(mistakes: &[UserError]) {
    assert!(mistakes.is_empty(), "{mistakes:?}");
}
