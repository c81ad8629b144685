//! Lists of contacts: whatever the order, the direction, the set and the page size, walking through
//! the pages gives what sorting in the process gives.

use roaring::RoaringBitmap;
use serde_json::json;
use urval::{
    db,
    domain::{
        PageArgs, Take,
        contact::{Order, OrderBy, Restriction, blank, derive, insert_new, page_of_ids, searched},
    },
    entity::{contact, kinds::ContactType},
};

use crate::app::{TestApp, both};

/// Inserts `count` contacts, a fifth companies, with repeated names and missing cities.
pub(crate) async fn fill(app: &TestApp, count: u32) -> Vec<contact::Model> {
    let now = app.context.clock.now();
    let mut random = fastrand::Rng::with_seed(7);
    let mut companies: Vec<(i32, String)> = Vec::new();
    let mut rows = Vec::new();
    for id in 1..=count {
        let id = i32::try_from(id).unwrap();
        let mut row = blank(id, now);
        row.no = format!("CT{:06}", (id * 7919) % 1_000_000);
        row.name = format!("{} {}", random.choice(NAMES).unwrap(), random.choice(NAMES).unwrap());
        row.city = random.choice(CITIES).unwrap().map(str::to_owned);
        row.post_code = random.bool().then(|| random.u32(100..999).to_string());
        if random.u8(..) < 51 {
            row.r#type = ContactType::Company;
            companies.push((id, row.name.clone()));
        } else if let Some((company_id, name)) = random.choice(&companies).filter(|_| id % 9 != 0) {
            row.company_id = Some(*company_id);
            row.company_name = Some(name.clone());
        }
        derive(&mut row);
        rows.push(row);
    }
    db::write(&app.context.db, &[db::Table::Contact], async |txn| {
        for rows in rows.chunks(5_000) {
            insert_new(txn, rows).await?;
        }
        Ok::<_, urval::domain::Error>(())
    })
    .await
    .unwrap();
    rows
}

const NAMES: [&str; 12] =
    ["Åse", "ada", "Zoë", "ßtein", "Bo", "öl", "Émile", "李", "Ann", "😀", "AB", "ab c"];
const CITIES: [Option<&str>; 5] =
    [Some("Ålesund"), Some("oslo"), Some("Zürich"), None, Some("Ödla")];

const ORDERS: [OrderBy; 5] =
    [OrderBy::Company, OrderBy::No, OrderBy::Name, OrderBy::City, OrderBy::PostCode];

fn place(row: &contact::Model, by: OrderBy) -> (bool, String) {
    let text = match by {
        OrderBy::Company => Some(row.sort_key.clone()),
        OrderBy::No => Some(row.no.clone()),
        OrderBy::Name => Some(row.name_fold.clone()),
        OrderBy::City => row.city_fold.clone(),
        OrderBy::PostCode => row.post_code.clone(),
    };
    (text.is_none(), text.unwrap_or_default())
}

fn sorted(rows: &[contact::Model], order: Order, set: Option<&RoaringBitmap>) -> Vec<u32> {
    let mut keys: Vec<_> = rows
        .iter()
        .map(|row| (place(row, order.by), u32::try_from(row.id).unwrap()))
        .filter(|(_, id)| set.is_none_or(|set| set.contains(*id)))
        .collect();
    keys.sort();
    if order.descending {
        keys.reverse();
    }
    keys.into_iter().map(|(_, id)| id).collect()
}

async fn walked(
    app: &TestApp,
    order: Order,
    set: Option<&RoaringBitmap>,
    size: u64,
    back: bool,
) -> Vec<u32> {
    let restriction = Restriction { set, ..Restriction::none() };
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let args = if back {
            PageArgs { after: None, before: cursor.clone(), take: Take::Last(size) }
        } else {
            PageArgs { after: cursor.clone(), before: None, take: Take::First(size) }
        };
        let page = page_of_ids(app.context.db.reader(), &restriction, order, &args).await.unwrap();
        let mut found: Vec<u32> = page.items.iter().map(|(_, id)| *id).collect();
        assert!(found.len() as u64 <= size);
        let more = if back {
            cursor = page.items.first().map(|(key, _)| key.clone());
            found.append(&mut ids);
            ids = found;
            page.has_previous
        } else {
            cursor = page.items.last().map(|(key, _)| key.clone()).or(cursor);
            ids.append(&mut found);
            page.has_next
        };
        if !more {
            return ids;
        }
    }
}

both! {
    async fn pages_are_slices_of_the_sorted_list(app) {
        let rows = fill(&app, 4_000).await;
        let mut random = fastrand::Rng::with_seed(3);
        let mut some = |share: f64| -> RoaringBitmap { (1..=4_000).filter(|_| random.f64() < share).collect() };
        let sets = [
            None, Some(RoaringBitmap::new()), Some(some(0.001)), Some(some(0.1)), Some(some(0.6)),
            // Many, all at one end of the list by number.
            Some(sorted(&rows, Order { by: OrderBy::No, descending: false }, None)[2_600..].iter().copied().collect()),
        ];
        for (index, set) in sets.iter().enumerate() {
            for by in ORDERS {
                for (descending, back) in [(false, false), (true, false), (false, true), (true, true)] {
                    let order = Order { by, descending };
                    let expected = sorted(&rows, order, set.as_ref());
                    let size = if index < 2 { 1_000 } else { 600 };
                    let actual = walked(&app, order, set.as_ref(), size, back).await;
                    assert!(expected == actual, "set {index}, {order:?}, back: {back}");
                }
            }
        }
    }

    async fn a_page_may_be_empty_and_a_cursor_belongs_to_its_order(app) {
        fill(&app, 10).await;
        let query = "query($by: ContactOrderField!, $after: String, $first: Int) { contacts(orderBy: { by: $by }, \
            first: $first, after: $after) { pageInfo { hasNextPage hasPreviousPage endCursor } nodes { no } } }";
        let none = app.graphql(query, json!({ "by": "NO", "first": 0 })).await;
        assert_eq!(none["data"]["contacts"]["pageInfo"]["hasNextPage"], true);
        assert_eq!(none["data"]["contacts"]["nodes"], json!([]));
        let page = app.graphql(query, json!({ "by": "NO", "first": 2 })).await;
        let cursor = page["data"]["contacts"]["pageInfo"]["endCursor"].clone();
        let wrong = app.graphql(query, json!({ "by": "CITY", "after": cursor })).await;
        assert_eq!(wrong["errors"][0]["extensions"]["path"], json!(["after"]), "{page} {wrong}");
        let wrong = app.graphql(query, json!({ "by": "CITY", "first": 1001 })).await;
        assert_eq!(wrong["errors"][0]["extensions"]["path"], json!(["first"]));
    }

    async fn search_finds_beginnings_of_words(app) {
        let rows = fill(&app, 500).await;
        let db = app.context.db.reader();
        for search in ["å", "ÅSE ad", "zoë", "strasse", "SSTEIN", "李", "oslo", "ct00", "a b", "—", "'\"*:&|!()", "😀"] {
            let words = urval::domain::contact::search_words(search);
            let expected: RoaringBitmap = rows.iter()
                .filter(|row| {
                    let text = row.search_text.as_deref().unwrap_or_default();
                    let found = |word: &String| text.split(' ').any(|it| it.starts_with(word.as_str()));
                    !words.is_empty() && words.iter().all(found)
                })
                .map(|row| u32::try_from(row.id).unwrap())
                .collect();
            assert_eq!(searched(db, search).await.unwrap(), expected, "{search}");
        }
        for (typed, meant) in [("ase", "Åse"), ("ZOË", "zoe")] {
            let found = searched(db, typed).await.unwrap();
            assert!(!found.is_empty(), "{typed}");
            assert_eq!(found, searched(db, meant).await.unwrap(), "{typed}");
        }
        searched(db, &"x".repeat(5_000)).await.unwrap();
        searched(db, &"x ".repeat(5_000)).await.unwrap();
    }

    async fn people_are_paged_within_their_company(app) {
        fill(&app, 300).await;
        let query = "query($first: Int, $last: Int, $after: String, $id: ID!) { contact(id: $id) { \
            people(first: $first, last: $last, after: $after, orderBy: { by: NAME }) { \
            totalCount pageInfo { endCursor hasNextPage hasPreviousPage } nodes { id company { id } } } } }";
        let first = app.graphql("{ contacts(orderBy: { by: COMPANY }, last: 100) { nodes { id type people { totalCount } } } }", json!({})).await;
        let companies = first["data"]["contacts"]["nodes"].as_array().unwrap();
        let company = companies.iter().max_by_key(|it| it["people"]["totalCount"].as_u64()).unwrap();
        let total = company["people"]["totalCount"].as_u64().unwrap();
        assert!(2 < total);
        let page = app.graphql(query, json!({ "id": company["id"], "first": 2 })).await;
        let people = &page["data"]["contact"]["people"];
        assert_eq!((people["nodes"].as_array().unwrap().len(), &people["totalCount"]), (2, &json!(total)));
        assert_eq!(people["pageInfo"]["hasNextPage"], true);
        let after = json!({ "id": company["id"], "first": 1000, "after": people["pageInfo"]["endCursor"] });
        let rest = app.graphql(query, after).await;
        let nodes = rest["data"]["contact"]["people"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len() as u64, total - 2);
        assert!(nodes.iter().all(|it| it["company"]["id"] == company["id"]));
        let last = app.graphql(query, json!({ "id": company["id"], "last": 1 })).await;
        assert_eq!(last["data"]["contact"]["people"]["nodes"][0], nodes[nodes.len() - 1]);
        let person = companies.iter().find(|it| it["type"] == "PERSON").unwrap();
        let none = app.graphql(query, json!({ "id": person["id"] })).await;
        assert_eq!(none["data"]["contact"]["people"]["totalCount"], 0);
    }
}
